import type { JsonObject } from '../core/canonical-json.ts';
import type { Facts } from '../core/match.ts';
import type { ActionRequest, Instant, PersonId } from '../core/request.ts';
import type { Rulebook } from '../ports/rulebook.ts';

/** What the rules look at. Persons appear by the key the config gives them. */
export function factsOf(
  rulebook: Rulebook,
  asked: Pick<ActionRequest, 'action' | 'target' | 'requester' | 'onBehalfOf'> & {
    readonly requesterKey: string;
  },
  payload: JsonObject,
  now: Instant,
): Facts {
  const { action, target, requester, onBehalfOf, requesterKey } = asked;
  const human = rulebook.people.get(onBehalfOf ?? (requester.id as PersonId));
  return {
    action,
    target,
    requester: { id: requesterKey, kind: requester.kind },
    onBehalfOf: onBehalfOf === null ? null : (human?.key ?? null),
    groups: human?.groups ?? [],
    payload,
    risk: rulebook.actions.get(action)?.risk ?? 'medium',
    now,
  };
}
