import { freezesInForce } from '../core/calendar-freeze.ts';
import type { JsonObject } from '../core/canonical-json.ts';
import { type ExplainedPolicy, type ExplainedSeat, explainPolicy, explainSeats } from '../core/explain.ts';
import { canBeFilled } from '../core/lifecycle/review.ts';
import { exclusionSet } from '../core/lifecycle/submit.ts';
import type { Facts } from '../core/match.ts';
import type { Exclusion, Instant, PersonId, Requester, Target } from '../core/request.ts';
import type { Client, Person, Rulebook } from '../ports/rulebook.ts';
import { isListed, mayActFor } from './claims.ts';
import { factsOf } from './policy-facts.ts';

/** Who would ask: a client of the policy, or one of its people. */
export type Asker = { readonly client: Client } | { readonly person: Person };

export interface Claims {
  readonly action: string;
  readonly target: Target;
  /** A person's key. */
  readonly onBehalfOf: string | null;
  readonly payload: JsonObject;
}

/** Why a submission would be refused, in the order of `POST /v1/requests`. */
export type Obstacle =
  | { readonly code: 'INVALID'; readonly claim: 'environment' | 'on_behalf_of' }
  | { readonly code: 'ACTION_NOT_ALLOWED' }
  | { readonly code: 'FREEZE_IN_FORCE'; readonly freeze: string; readonly until: Instant }
  | { readonly code: 'NO_ELIGIBLE_REVIEWER' };

/** What the policy makes of a request, and why. */
export interface Explanation {
  readonly facts: Facts;
  readonly policy: ExplainedPolicy;
  readonly exclusions: readonly Exclusion[];
  readonly seats: readonly ExplainedSeat[];
  readonly obstacles: readonly Obstacle[];
}

/**
 * What would happen if this were asked now, by the policy alone: no request is made, and nothing
 * that only the database knows (a frozen requester, limits, an equal request that waits) is looked at.
 */
export function foreseeSubmission(
  rulebook: Rulebook,
  asker: Asker,
  claims: Claims,
  at: Instant,
): Explanation {
  const { action, target, payload } = claims;
  const client = 'client' in asker ? asker.client : null;
  const claimed = claims.onBehalfOf === null ? null : personByKey(rulebook, claims.onBehalfOf);
  const isClaimFit = claims.onBehalfOf === null || mayActFor(rulebook, client, claimed);
  const onBehalfOf = isClaimFit ? claimed : null;
  const requester = requesterOf(asker);
  const requesterKey = 'client' in asker ? asker.client.id : asker.person.key;
  const facts = factsOf(rulebook, { action, target, requester, onBehalfOf, requesterKey }, payload, at);
  const policy = explainPolicy(rulebook.policy, facts);
  const { evaluation } = policy;
  const owner = client?.owner ?? null;
  const exclusions = exclusionSet({ requester, owner, onBehalfOf }, evaluation.exclusions);
  const isFillable = evaluation.effect !== 'require' || canBeFilled({ ...evaluation, exclusions });
  const obstacles: (Obstacle | false)[] = [
    !rulebook.environments.has(target.environment) && { code: 'INVALID', claim: 'environment' },
    !isClaimFit && { code: 'INVALID', claim: 'on_behalf_of' },
    client !== null && !isListed(client, claims) && { code: 'ACTION_NOT_ALLOWED' },
    ...freezesInForce(rulebook.policy.freezes, facts, at).map(
      ({ id, until }) => ({ code: 'FREEZE_IN_FORCE', freeze: id, until }) as const,
    ),
    !isFillable && { code: 'NO_ELIGIBLE_REVIEWER' },
  ];
  return {
    facts,
    policy,
    exclusions,
    seats: explainSeats(evaluation.seats, exclusions, (person) => rulebook.people.get(person)?.groups ?? []),
    obstacles: obstacles.filter((one) => one !== false),
  };
}

export function askerByKey(rulebook: Rulebook, key: string): Asker | null {
  const client = [...rulebook.clients.values()].find(({ id }) => id === key);
  if (client !== undefined) return { client };
  const person = [...rulebook.people.values()].find((one) => one.key === key);
  return person === undefined ? null : { person };
}

function personByKey(rulebook: Rulebook, key: string): PersonId | null {
  return [...rulebook.people.values()].find((one) => one.key === key)?.id ?? null;
}

function requesterOf(asker: Asker): Requester {
  return 'client' in asker
    ? { id: asker.client.id, kind: asker.client.kind, verifiedBy: 'token' }
    : { id: asker.person.id, kind: 'human', verifiedBy: 'token' };
}
