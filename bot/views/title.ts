import type { ActionRequest, State } from '../core/request.ts';
import { said, type Words } from './words.ts';

const BEGINS: Readonly<Record<State, string>> = {
  pending: 'Approval needed',
  flagged: 'Flagged and stopped',
  approved: 'Approved',
  executing: 'Running',
  unknown: 'Nobody knows how it ended',
  succeeded: 'Succeeded',
  failed: 'Failed',
  rejected: 'Rejected',
  denied: 'Denied by policy',
  expired: 'Expired',
  cancelled: 'Cancelled',
  lapsed: 'Approved, but never run',
  revoked: 'Approval revoked',
};

/** Verbs that read as one, with what stands between them and the place. Any other action is named as it is. */
const VERBS: ReadonlyMap<string, string> = new Map([
  ['export', 'from'],
  ['dump', 'from'],
  ['read', 'from'],
  ['delete', 'from'],
  ['drop', 'from'],
  ['destroy', 'in'],
  ['create', 'in'],
  ['grant', 'on'],
  ['revoke', 'on'],
  ['migrate', 'on'],
  ['restart', 'on'],
  ['rotate', 'on'],
  ['scale', 'on'],
  ['deploy', 'to'],
  ['write', 'to'],
  ['restore', 'to'],
  ['run', 'on'],
]);

/** "Approval needed: export orders from postgres/prod". Action and target are the asker's claims. */
export function titleOf(request: ActionRequest): Words {
  return [`${BEGINS[request.state]}: `, ...phraseOf(request)];
}

export function phraseOf({ action, target }: Pick<ActionRequest, 'action' | 'target'>): Words {
  const { system, environment, resource } = target;
  const verb = action.slice(action.lastIndexOf('.') + 1);
  const between = VERBS.get(verb);
  if (between === undefined) return [said(action), ' on ', said(`${system}/${environment}/${resource}`)];
  return [said(verb), ' ', said(resource), ` ${between} `, said(`${system}/${environment}`)];
}
