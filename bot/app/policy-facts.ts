import type { JsonObject } from '../core/canonical-json.ts';
import type { Facts, MatchFacts } from '../core/match.ts';
import type { ActionRequest, Instant, PersonId } from '../core/request.ts';
import type { Rulebook } from '../ports/rulebook.ts';
import type { Reading } from '../ports/store.ts';

type Asked = Pick<ActionRequest, 'action' | 'target' | 'requester' | 'onBehalfOf'>;

/** What the rules look at. Persons appear by the key the config gives them. */
export function factsOf(
  rulebook: Rulebook,
  asked: Asked & { readonly requesterKey: string },
  payload: JsonObject,
  now: Instant,
): Facts {
  const { onBehalfOf } = asked;
  const key = onBehalfOf === null ? null : (rulebook.people.get(onBehalfOf)?.key ?? null);
  return { ...matchFactsOf(rulebook, asked), onBehalfOf: key, payload, now };
}

/** The part of it that needs neither the payload nor a clock. */
export function matchFactsOf(
  rulebook: Rulebook,
  { action, target, requester, onBehalfOf, requesterKey }: Asked & { readonly requesterKey: string },
): MatchFacts {
  return {
    action,
    target,
    requester: { id: requesterKey, kind: requester.kind },
    groups: rulebook.people.get(onBehalfOf ?? (requester.id as PersonId))?.groups ?? [],
    risk: rulebook.actions.get(action)?.risk ?? 'medium',
  };
}

/** As the policy file writes who asked. */
export function requesterKeyOf(tx: Pick<Reading, 'keyOf'>, { requester }: Asked): string {
  return requester.kind === 'human' ? (tx.keyOf(requester.id as PersonId) ?? requester.id) : requester.id;
}
