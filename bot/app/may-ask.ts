import { matchesAction, matchesTarget } from '../core/glob.ts';
import type { ActionRequest, ClientId, PersonId } from '../core/request.ts';
import type { Rulebook } from '../ports/rulebook.ts';

type Asked = Pick<ActionRequest, 'requester' | 'action' | 'target'>;

/** Clients name only what their lists name. A person who asks has no lists. */
export function isListed({ clients }: Rulebook, { requester, action, target }: Asked): boolean {
  if (requester.kind === 'human') return true;
  const client = clients.get(requester.id as ClientId);
  if (client === undefined) return false;
  return (
    client.actions.some((glob) => matchesAction(glob, action)) &&
    client.targets.some((glob) => matchesTarget(glob, target))
  );
}

/** A client acts for the people its policy names, as long as they are there. A person acts for nobody else. */
export function mayActFor(
  { clients, people }: Rulebook,
  requester: Asked['requester']['id'],
  person: PersonId,
): boolean {
  return people.has(person) && (clients.get(requester as ClientId)?.mayActFor.has(person) ?? false);
}

/** Whether whoever asked could still ask it, under the rulebook of now. */
export function mayStillAsk(rulebook: Rulebook, request: Asked & Pick<ActionRequest, 'onBehalfOf'>): boolean {
  const { requester, target, onBehalfOf } = request;
  const isThere = requester.kind !== 'human' || rulebook.people.has(requester.id as PersonId);
  return (
    isThere &&
    rulebook.environments.has(target.environment) &&
    isListed(rulebook, request) &&
    (onBehalfOf === null || mayActFor(rulebook, requester.id, onBehalfOf))
  );
}
