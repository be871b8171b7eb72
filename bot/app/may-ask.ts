import type { ActionRequest, ClientId, PersonId } from '../core/request.ts';
import type { Rulebook } from '../ports/rulebook.ts';
import { isListed, mayActFor } from './claims.ts';

type Asked = Pick<ActionRequest, 'requester' | 'action' | 'target' | 'onBehalfOf'>;

/** Whether whoever asked could still ask it, under the rulebook of now. A person who asks has no lists. */
export function mayStillAsk(rulebook: Rulebook, request: Asked): boolean {
  const { requester, target, onBehalfOf } = request;
  if (!rulebook.environments.has(target.environment)) return false;
  if (requester.kind === 'human') return rulebook.people.has(requester.id as PersonId) && onBehalfOf === null;
  const client = rulebook.clients.get(requester.id as ClientId) ?? null;
  if (client === null || !isListed(client, request)) return false;
  return onBehalfOf === null || mayActFor(rulebook, client, onBehalfOf);
}
