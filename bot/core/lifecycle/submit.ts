import type { RequestEvent } from '../event.ts';
import type { Evaluation } from '../policy.ts';
import { type Refusal, refuse } from '../refusal.ts';
import type { ActionRequest, Demands, Exclusion, Instant } from '../request.ts';
import { isTooUnsure, unresolvedLine } from '../unresolved.ts';
import { canBeFilled } from './review.ts';

/** What was asked, parsed, digested and within its client's lists. */
export type Asked = Omit<
  ActionRequest,
  | 'effect'
  | 'demands'
  | 'tell'
  | 'state'
  | 'reviews'
  | 'shown'
  | 'rejectReason'
  | 'wasFlagged'
  | 'resolvedAt'
  | 'usableUntil'
  | 'remindedUntil'
  | 'brokenGlass'
  | 'execution'
  | 'payloadErasedAt'
>;

export interface Submitted {
  readonly ok: true;
  /** Before any event; `evolve` it with each. */
  readonly request: ActionRequest;
  readonly submitted: RequestEvent;
  /** What the policy says at once: released, denied, or nothing. */
  readonly ruled: RequestEvent | null;
}

/** The birth of a request under the policy in force. `expiresInMs` may only shorten what the plan says. */
export function submit(
  asked: Asked,
  evaluation: Evaluation,
  policyVersion: Demands['policyVersion'],
  expiresInMs: number | null,
  /** People behind it whom a connector knows. */
  identified: readonly Exclusion[] = [],
): Submitted | Refusal {
  const { effect } = evaluation;
  const demands: Demands = {
    policyVersion,
    rules: evaluation.rules,
    plans: evaluation.plans,
    risk: evaluation.risk,
    seats: evaluation.seats,
    exclusions: exclusionSet(asked, [...identified, ...evaluation.exclusions]),
    comment: evaluation.comment,
    reviewVia: evaluation.reviewVia,
    expiresAt: asked.createdAt + Math.min(evaluation.expiresAfterMs, expiresInMs ?? Number.POSITIVE_INFINITY),
    usableForMs: evaluation.usableForMs,
    outcomeWithinMs: evaluation.outcomeWithinMs,
    remind: evaluation.remind,
    escalate: evaluation.escalate,
    notify: evaluation.notify,
    breakGlass: evaluation.breakGlass,
  };
  if (effect !== 'deny' && isTooUnsure(asked, demands.risk)) return refuse('UNRESOLVED_IDENTITY');
  if (effect === 'require' && (demands.seats.length === 0 || !canBeFilled(demands))) {
    return refuse('NO_ELIGIBLE_REVIEWER');
  }
  const request: ActionRequest = {
    ...asked,
    effect,
    demands,
    tell: evaluation.tell,
    state: 'pending',
    reviews: [],
    shown: [],
    rejectReason: null,
    wasFlagged: false,
    resolvedAt: null,
    usableUntil: null,
    remindedUntil: null,
    brokenGlass: null,
    execution: null,
    payloadErasedAt: null,
  };
  return { ok: true, request, submitted: submittedEvent(request), ruled: ruling(request, asked.createdAt) };
}

/** Nobody may answer for what they asked, under any account: the humans behind the asker are out. */
export function exclusionSet(
  asked: Pick<Asked, 'requester' | 'owner' | 'onBehalfOf'>,
  added: readonly Exclusion[],
): readonly Exclusion[] {
  const all: Exclusion[] = [];
  if (asked.owner !== null) all.push({ person: asked.owner, because: `owner of ${asked.requester.id}` });
  if (asked.requester.kind === 'human') {
    all.push({ person: asked.requester.id as Exclusion['person'], because: 'the requester' });
  }
  if (asked.onBehalfOf !== null) all.push({ person: asked.onBehalfOf, because: 'asked on their behalf' });
  all.push(...added);
  return all.filter((one, index) => all.findIndex((other) => other.person === one.person) === index);
}

function submittedEvent(request: ActionRequest): RequestEvent {
  const [submission] = request.submissions;
  return {
    type: 'request.submitted',
    number: request.number,
    requester: request.requester,
    owner: request.owner,
    onBehalfOf: request.onBehalfOf,
    action: request.action,
    target: request.target,
    actionDigest: request.actionDigest,
    viewDigest: request.viewDigest,
    effect: request.effect,
    executor: executorOf(request),
    demands: request.demands,
    submission: submission ?? { key: null, hold: 'poll' },
    ...(request.unresolved.length === 0 ? {} : { unresolved: request.unresolved.length }),
    text: {
      ...(request.unresolved.length > 0
        ? { unresolved: request.unresolved.map(unresolvedLine).join('\n') }
        : {}),
      reason: request.reason,
      ...(request.links.length > 0 ? { links: request.links.join(' ') } : {}),
    },
  };
}

function executorOf({
  executor,
}: ActionRequest): Extract<RequestEvent, { type: 'request.submitted' }>['executor'] {
  return executor === null ? null : { kind: executor.kind, definition: executor.definition };
}

function ruling(request: ActionRequest, at: Instant): RequestEvent | null {
  if (request.effect === 'allow') {
    return { type: 'request.approved', filledBy: [], usableUntil: at + request.demands.usableForMs };
  }
  if (request.effect === 'deny') return { type: 'request.denied', rules: request.demands.rules, text: {} };
  return null;
}
