import { toPlace } from '../../bot/core/place.ts';
import {
  type ActionRequest,
  type ClientId,
  type PersonId,
  type RequestId,
  WAYS,
} from '../../bot/core/request.ts';

export const AGENT = 'agent' as ClientId;
export const BOB = 'psn_bob' as PersonId;
export const AT = Date.UTC(2026, 10, 22, 10);

/** A request as a store sees it: it looks at number, id, state, requester and times, and keeps the rest. */
export function aRequest(changes: Partial<ActionRequest> = {}): ActionRequest {
  const number = changes.number ?? 1;
  return {
    id: `req_${number}` as RequestId,
    number,
    action: 'db.export',
    target: { system: 'postgres', environment: 'prod', resource: 'orders' },
    requester: { id: AGENT, kind: 'agent', verifiedBy: 'token' },
    owner: BOB,
    onBehalfOf: null,
    reason: 'FIN-231',
    links: [],
    actionDigest: `sha256:${'a'.repeat(64)}`,
    viewDigest: `sha256:${'b'.repeat(64)}`,
    preview: { text: 'COPY orders', hiddenLines: 0, hiddenValues: 0 },
    redact: [],
    executor: null,
    effect: 'require',
    demands: {
      policyVersion: `sha256:${'c'.repeat(64)}`,
      rules: [],
      plans: ['one-key'],
      risk: 'medium',
      seats: [{ from: ['dba'], count: 1, candidates: [BOB] }],
      exclusions: [],
      comment: { approve: false, reject: false, flag: false },
      expiresAt: AT + 60_000,
      usableForMs: 60_000,
      reviewVia: WAYS,
      remind: [],
      escalate: [],
      breakGlass: [],
      outcomeWithinMs: 60_000,
      notify: [toPlace('room')],
    },
    tell: null,
    submissions: [{ key: null, hold: 'poll' }],
    createdAt: AT,
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
    ...changes,
  };
}
