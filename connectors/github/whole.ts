import type { ToHold } from '../../bot/app/hold-for-source.ts';
import type { Identity } from '../../bot/core/unresolved.ts';
import { type GithubClient, MOST_COMMITS } from './client.ts';
import { type Ref, subjectOf } from './parse.ts';
import type { Commit, Run } from './schema.ts';

const LONGEST_REASON = 500;
const MOST_PULLS = 10;
const NOBODY = 'github-user:unknown';
const UNREAD = 'github-user:unread';
const MOST_IDENTITIES = 200;

/** With what only GitHub knows: the commit and the workflow that would run, and who stands behind them. */
export async function whole(
  api: GithubClient,
  host: string,
  hold: ToHold,
  ref: Ref,
  run: Run,
  signal: AbortSignal,
): Promise<ToHold> {
  const { place, environment } = ref;
  const [commit, all] = await Promise.all([
    api.commit(place, run.head_sha, signal),
    api.pullsOf(place, run.head_sha, signal),
  ]);
  const pulls = all.slice(0, MOST_PULLS);
  const commits = await Promise.all(pulls.map(({ number }) => api.commitsOf(place, number, signal)));
  const account = (id: number) => `github:${host}/${id}`;
  const people: readonly (readonly [number | undefined, string])[] = [
    [run.actor?.id, 'started the run'],
    [run.triggering_actor?.id, 'started this attempt'],
    ...pulls.map(({ number, user }) => [user?.id, `wrote pull request ${number}`] as const),
  ];
  const identities: readonly Identity[] = [
    // Whom GitHub does not name, such as an account that is gone, is somebody all the same.
    ...people.map(([id, because]) => ({ account: id === undefined ? NOBODY : account(id), because })),
    ...[commit, ...commits.flat()].map((one) => authorOf(one, account)),
    // Whoever hides behind more than can be read must not be the one who approves.
    ...(all.length > MOST_PULLS ? [{ account: UNREAD, because: 'wrote one of too many pull requests' }] : []),
    ...(commits.some(({ length }) => length >= MOST_COMMITS)
      ? [{ account: UNREAD, because: 'wrote one of too many commits' }]
      : []),
  ];
  const withAttempt: Ref = { ...ref, attempt: run.run_attempt };
  const title = run.display_title ?? '';
  return {
    ...hold,
    subject: subjectOf(withAttempt),
    asker: `${place.id}/${run.id}/${run.run_attempt}`,
    submission: {
      ...hold.submission,
      reason: `Deploy ${run.head_branch ?? run.head_sha} to ${environment}: ${title}`.slice(
        0,
        LONGEST_REASON,
      ),
      // Only what stays while the run waits: its next job has to ask for the same. Pull requests come and go.
      payload: {
        repository_id: place.id,
        repository: place.name,
        environment,
        workflow: run.path,
        event: run.event,
        run_id: run.id,
        run_attempt: run.run_attempt,
        branch: run.head_branch,
        sha: run.head_sha,
      },
      links: [run.html_url],
    },
    identities: distinct(identities),
    ref: { ...withAttempt, place: { ...place } },
  };
}

/** Whom GitHub ties to no account is an address that anybody can write: nobody that we know. */
function authorOf({ author, commit }: Commit, account: (id: number) => string): Identity {
  const because = 'wrote a commit of it';
  if (author != null) return { account: account(author.id), because };
  return { account: `github-commit:${commit.author?.email ?? 'unknown'}`, because };
}

function distinct(identities: readonly Identity[]): readonly Identity[] {
  const first = new Map<string, Identity>();
  for (const one of identities) if (!first.has(one.account)) first.set(one.account, one);
  const all = [...first.values()];
  if (all.length <= MOST_IDENTITIES) return all;
  return [...all.slice(0, MOST_IDENTITIES - 1), { account: UNREAD, because: 'one of too many people' }];
}
