import { matchesAction } from '../core/glob.ts';
import { isKeptElsewhere } from './external-groups.ts';
import { actionGlobsMeet, targetGlobsMeet } from './glob-algebra.ts';
import { asList } from './globs.ts';
import type { PolicyFile } from './schema.ts';

type Match = PolicyFile['rules'][number]['match'];
type Client = PolicyFile['clients'][string];

/**
 * Whether a client could ask for something that the match matches. Where it cannot be told, the
 * answer is yes: a lint that cries wolf is turned off.
 */
export function canReach(file: PolicyFile, key: string, client: Client, match: Match): boolean {
  return (
    isAsker(match, key, client.kind) &&
    hasGroup(file, match, client.may_act_for ?? [client.owner]) &&
    client.actions.some((glob) => actionsMeet(match, glob) && riskMeets(file, match, glob)) &&
    client.targets.some((glob) => targetsMeet(file, match, glob))
  );
}

export function isAsker({ requester }: Match, key: string, kind: 'agent' | 'pipeline' | 'human'): boolean {
  const kinds = asList(requester?.kind);
  const ids = asList(requester?.id);
  return (
    (kinds.length === 0 || kinds.includes(kind)) &&
    (ids.length === 0 || ids.some((glob) => matchesAction(glob, key)))
  );
}

/** Groups are those of the person who asks, or on whose behalf it is asked. */
export function hasGroup(file: PolicyFile, { groups }: Match, people: readonly string[]): boolean {
  const wanted = asList(groups);
  return (
    wanted.length === 0 ||
    wanted.some(
      (group) =>
        isKeptElsewhere(file.groups[group]) ||
        file.groups[group]?.members.some((member) => people.includes(member)),
    )
  );
}

function actionsMeet({ action }: Match, glob: string): boolean {
  const wanted = asList(action);
  return wanted.length === 0 || wanted.some((one) => actionGlobsMeet(one, glob));
}

/** An action that `actions` does not name has the risk medium. */
export function riskMeets(file: PolicyFile, { risk, action }: Match, glob: string): boolean {
  const wanted = asList(risk);
  if (wanted.length === 0 || wanted.includes('medium')) return true;
  const fits = asList(action);
  return Object.entries(file.actions).some(
    ([name, settings]) =>
      wanted.includes(settings.risk) &&
      matchesAction(glob, name) &&
      (fits.length === 0 || fits.some((one) => matchesAction(one, name))),
  );
}

export function targetsMeet(file: PolicyFile, { target, environment }: Match, glob: string): boolean {
  const environments = environment === undefined ? file.environments : asList(environment);
  const targets = target === undefined ? ['**'] : asList(target);
  return environments.some(
    (name) =>
      hasEnvironment(glob, name) &&
      targets.some((one) => hasEnvironment(one, name) && targetGlobsMeet(one, glob)),
  );
}

function hasEnvironment(glob: string, name: string): boolean {
  const [system = '', environment = '**'] = glob.split('/');
  return system.includes('**') || environment.includes('**') || matchesAction(environment, name);
}
