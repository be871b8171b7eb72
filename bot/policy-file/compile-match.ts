import type { Match } from '../core/match.ts';
import { asList } from './globs.ts';
import type { PolicyFile } from './schema.ts';

export function matchOf(match: PolicyFile['rules'][number]['match']): Match {
  return {
    ...(match.action !== undefined && { action: asList(match.action) }),
    ...(match.target !== undefined && { target: asList(match.target) }),
    ...(match.environment !== undefined && { environment: asList(match.environment) }),
    ...(match.requester?.kind !== undefined && { requesterKind: asList(match.requester.kind) }),
    ...(match.requester?.id !== undefined && { requesterId: asList(match.requester.id) }),
    ...(match.groups !== undefined && { groups: asList(match.groups) }),
    ...(match.risk !== undefined && { risk: asList(match.risk) }),
  };
}
