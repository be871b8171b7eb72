import type { Check } from './check.ts';
import { actionGlobProblem, asList, targetGlobProblem } from './globs.ts';
import type { Path } from './problem.ts';
import { formatPath } from './problem.ts';

/** One account, or one token, is one person, one client or one worker. Otherwise one of them can act as the other. */
export function checkAccounts({ draft, report }: Check): void {
  const seen = new Map<string, Path>();
  const once = (what: string, value: string, path: Path) => {
    const key = `${what} ${value}`;
    const first = seen.get(key);
    if (first === undefined) seen.set(key, path);
    else report(path, `this ${what} stands at ${formatPath(first)} already: it can belong to one only`);
  };
  const hashes = (value: string | readonly string[] | undefined, path: Path) => {
    const list = asList(value);
    list.forEach((hash, index) => {
      once('token hash', hash, typeof value === 'string' ? path : [...path, index]);
    });
  };
  for (const [key, person] of draft.people) {
    const path = ['people', key, 'accounts'];
    const { slack, teams, github, gitlab, api_token_sha256 } = person?.accounts ?? {};
    if (slack !== undefined) once('Slack account', slack, [...path, 'slack']);
    if (teams !== undefined) once('Teams account', teams, [...path, 'teams']);
    if (github !== undefined) once('GitHub account', github, [...path, 'github']);
    if (gitlab !== undefined) once('GitLab account', gitlab, [...path, 'gitlab']);
    hashes(api_token_sha256, [...path, 'api_token_sha256']);
  }
  for (const [key, client] of draft.clients) {
    hashes(client?.auth.token_sha256, ['clients', key, 'auth', 'token_sha256']);
  }
  for (const [key, worker] of draft.workers) {
    hashes(worker?.auth.token_sha256, ['workers', key, 'auth', 'token_sha256']);
  }
}

export function checkClients({ draft, report }: Check): void {
  for (const [key, client] of draft.clients) {
    const path = ['clients', key];
    if (draft.people.has(key)) report(path, `"${key}" is a person too: one name is one principal`);
    if (client === null) continue;
    if (!draft.people.has(client.owner)) report([...path, 'owner'], `there is no person "${client.owner}"`);
    for (const [index, person] of asList(client.may_act_for).entries()) {
      if (!draft.people.has(person))
        report([...path, 'may_act_for', index], `there is no person "${person}"`);
    }
    if (Object.keys(client.auth).length === 0) {
      const ways = 'token_sha256, oidc, webhook or a source';
      report([...path, 'auth'], `needs a ${ways}: nobody could authenticate as this client`);
    }
    for (const [index, glob] of client.actions.entries()) {
      const problem = actionGlobProblem(glob);
      if (problem !== null) report([...path, 'actions', index], problem);
    }
    for (const [index, glob] of client.targets.entries()) {
      const problem = targetGlobProblem(glob, draft.environments);
      if (problem !== null) report([...path, 'targets', index], problem);
    }
  }
}

export function checkGroups({ draft, report }: Check): void {
  for (const [key, group] of draft.groups) {
    for (const [index, person] of (group?.members ?? []).entries()) {
      if (!draft.people.has(person))
        report(['groups', key, 'members', index], `there is no person "${person}"`);
    }
  }
  for (const [index, person] of (draft.auditors ?? []).entries()) {
    if (!draft.people.has(person)) report(['auditors', index], `there is no person "${person}"`);
  }
}
