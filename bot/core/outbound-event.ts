import { canonicalJson } from './canonical-json.ts';
import { type Digest, sha256Hex } from './digest.ts';
import type { RequestEvent } from './event.ts';
import { toIsoTime } from './instant.ts';
import type { ActionRequest, Instant } from './request.ts';

/** What endpoints of operators are told of, by the types that Standard Webhooks calls them. */
export const OUTBOUND_TYPES = [
  'request.created',
  'request.decided',
  'request.expired',
  'request.executed',
] as const;
export type OutboundType = (typeof OUTBOUND_TYPES)[number];

/** One message for every endpoint that takes its type. */
export interface OutboundEvent {
  readonly type: OutboundType;
  /** The entry that tells of it. */
  readonly entry: { readonly seq: number; readonly type: RequestEvent['type'] };
  readonly at: Instant;
}

/** Total, so that a new event has to be thought about here. Null for what is told to no endpoint. */
export function toOutboundType({ type }: RequestEvent): OutboundType | null {
  switch (type) {
    case 'request.submitted':
      return 'request.created';
    case 'request.approved':
    case 'request.denied':
    case 'request.rejected':
    case 'request.flagged':
    case 'request.cleared':
    case 'request.cancelled':
    case 'request.revoked':
      return 'request.decided';
    case 'request.expired':
    case 'request.lapsed':
      return 'request.expired';
    case 'execution.succeeded':
    case 'execution.failed':
    case 'execution.unknown':
    case 'execution.settled':
      return 'request.executed';
    case 'request.deduplicated':
    case 'request.detached':
    case 'request.identified':
    case 'request.reevaluated':
    case 'request.stop_requested':
    case 'review.recorded':
    case 'reminder.sent':
    case 'payload.erased':
    case 'payload.viewed':
    case 'break_glass.used':
    case 'break_glass.reviewed':
    case 'break_glass.overdue':
    case 'grant.issued':
    case 'execution.started':
    case 'execution.retried':
    case 'execution.output':
    case 'execution.late_report':
      return null;
  }
}

/**
 * The body, written once with the change: a repeat sends the same bytes. What leaves here cannot be
 * erased there, and nobody knows who reads it. So it has ids, the grammar-bound names of what is asked
 * and the state; no text that somebody wrote, and no person.
 */
export function outboundBody(request: ActionRequest, { type, entry, at }: OutboundEvent): string {
  const { requester, execution } = request;
  const outcome = execution?.outcome ?? null;
  return canonicalJson({
    type,
    timestamp: toIsoTime(at),
    data: {
      entry: { ...entry },
      request: {
        id: request.id,
        number: request.number,
        state: request.state,
        action: request.action,
        target: { ...request.target },
        action_digest: request.actionDigest,
        requester: { kind: requester.kind, id: requester.kind === 'human' ? null : requester.id },
        created_at: toIsoTime(request.createdAt),
        expires_at: toIsoTime(request.demands.expiresAt),
        resolved_at: request.resolvedAt === null ? null : toIsoTime(request.resolvedAt),
        execution: {
          by: request.executor === null ? 'caller' : 'keyturn',
          status: outcome?.status ?? null,
          exit_code: outcome?.exitCode ?? null,
        },
      },
    },
  });
}

/**
 * By what receivers know a repeat. It follows from the body, so nobody has to remember it, and a copy of
 * the database that was put back gives another message another one.
 */
export function outboundId(body: string): string {
  return `msg_${sha256Hex(body).slice(0, 32)}`;
}

/** By which an endpoint is known, without naming its address, which may be a secret. */
export function addressDigest(url: string): Digest {
  return `sha256:${sha256Hex(url)}`;
}
