import { explainPolicy, explainSeats } from '../core/explain.ts';
import { exclusionSet } from '../core/lifecycle/submit.ts';
import type { Refusal } from '../core/refusal.ts';
import type { ActionRequest, ClientId, PersonId, RequestId } from '../core/request.ts';
import type { Rulebook } from '../ports/rulebook.ts';
import type { Reading } from '../ports/store.ts';
import type { Context, PersonCaller } from './context.ts';
import type { Explanation } from './foresee-submission.ts';
import { factsOf } from './policy-facts.ts';
import { readRequest, whyNotRead } from './read-requests.ts';
import { storedPayload } from './stored-payload.ts';

export interface ExplainedRequest {
  readonly ok: true;
  readonly request: ActionRequest;
  /** By the policy in force now. What `request.demands` holds is the strictest of all since it was asked. */
  readonly explanation: Explanation;
}

/** For people who may read the request. A client is never told what the policy says. */
export async function explainRequest(
  context: Context,
  caller: PersonCaller,
  id: RequestId,
): Promise<ExplainedRequest | Refusal> {
  const request = await readRequest(context, caller, id);
  if (request === null) return whyNotRead(context, caller, id);
  const { rulebook, store, time } = context;
  return { ok: true, request, explanation: explainStored(rulebook, store.committed, request, time.now()) };
}

/** The rules look at the time as well, so the same request can meet other rules at another hour. */
export function explainStored(
  rulebook: Rulebook,
  reading: Pick<Reading, 'actionText' | 'keyOf'>,
  request: ActionRequest,
  at: number,
): Explanation {
  const { requester, demands } = request;
  const payload = storedPayload(reading.actionText(request.id));
  const requesterKey =
    requester.kind === 'human' ? (reading.keyOf(requester.id as PersonId) ?? requester.id) : requester.id;
  const facts = factsOf(rulebook, { ...request, requesterKey }, payload, at);
  const policy = explainPolicy(rulebook.policy, facts);
  const owner = rulebook.clients.get(requester.id as ClientId)?.owner ?? null;
  const now = exclusionSet({ ...request, owner }, policy.evaluation.exclusions);
  const known = new Set(demands.exclusions.map(({ person }) => person));
  const exclusions = [...demands.exclusions, ...now.filter(({ person }) => !known.has(person))];
  const groupsOf = (person: PersonId) => rulebook.people.get(person)?.groups ?? [];
  const seats = explainSeats(demands.seats, exclusions, groupsOf);
  return { facts, policy, exclusions, seats, obstacles: [] };
}
