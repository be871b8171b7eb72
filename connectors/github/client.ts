import { callSource } from '../source/call-source.ts';
import { type AppIdentity, appJwt, installationTokens } from './app-token.ts';
import {
  Approvals,
  Commit,
  Commits,
  Installations,
  Pending,
  Pulls,
  type Read,
  Repositories,
  Run,
  Runs,
  Token,
} from './schema.ts';

/** A repository, by its lasting id and by the name that it has now. */
export interface Place {
  readonly installation: number;
  readonly id: number;
  readonly name: string;
}

/** GitHub's REST API, as far as the protection rule needs it. */
export interface GithubClient {
  /** Null: there is none, or this installation may not see it. */
  run(place: Place, id: number, signal: AbortSignal): Promise<Run | null>;
  waitingRuns(place: Place, signal: AbortSignal): Promise<readonly Run[]>;
  pending(place: Place, run: number, signal: AbortSignal): Promise<Pending>;
  approvals(place: Place, run: number, signal: AbortSignal): Promise<Approvals>;
  commit(place: Place, sha: string, signal: AbortSignal): Promise<Commit>;
  pullsOf(place: Place, sha: string, signal: AbortSignal): Promise<Pulls>;
  commitsOf(place: Place, pull: number, signal: AbortSignal): Promise<readonly Commit[]>;
  /** Rejects where GitHub does not take it. */
  review(
    place: Place,
    run: number,
    environment: string,
    state: 'approved' | 'rejected',
    comment: string,
    signal: AbortSignal,
  ): Promise<void>;
  /** Every repository that the App is installed in, of those with these ids. */
  places(ids: ReadonlySet<number>, signal: AbortSignal): Promise<readonly Place[]>;
}

const PER_PAGE = 100;
/** GitHub lists no more than `MOST_COMMITS` of one pull request. */
const MOST_PAGES = 3;
export const MOST_COMMITS = 250;

export function githubClient(app: AppIdentity): GithubClient {
  const tokenFor = installationTokens(app);
  const headersOf = (token: string) => ({
    authorization: `Bearer ${token}`,
    accept: 'application/vnd.github+json',
    'x-github-api-version': '2022-11-28',
  });
  const read = async <T>(token: string, path: string, schema: Read<T>, signal: AbortSignal) => {
    const { status, body } = await callSource(
      `${app.apiUrl}${path}`,
      { method: 'GET', headers: headersOf(token) },
      signal,
    );
    if (status === 404) return null;
    if (status !== 200) throw new Error(`GitHub answers ${status}`);
    return schema.parse(body);
  };
  const get = async <T>(place: Place, path: string, schema: Read<T>, signal: AbortSignal) => {
    const token = await tokenFor(place.installation, place.id, signal);
    return read(token, `/repos/${place.name}${path}`, schema, signal);
  };
  const must = async <T>(found: Promise<T | null>): Promise<T> => {
    const value = await found;
    if (value === null) throw new Error('GitHub answers 404');
    return value;
  };
  return {
    run: (place, id, signal) => get(place, `/actions/runs/${id}`, Run, signal),
    waitingRuns: async (place, signal) =>
      (await must(get(place, '/actions/runs?status=waiting&per_page=100', Runs, signal))).workflow_runs,
    pending: (place, run, signal) =>
      must(get(place, `/actions/runs/${run}/pending_deployments`, Pending, signal)),
    approvals: (place, run, signal) => must(get(place, `/actions/runs/${run}/approvals`, Approvals, signal)),
    commit: (place, sha, signal) => must(get(place, `/commits/${sha}`, Commit, signal)),
    pullsOf: (place, sha, signal) => must(get(place, `/commits/${sha}/pulls?per_page=20`, Pulls, signal)),
    async commitsOf(place, pull, signal) {
      const found: Commit[] = [];
      for (let page = 1; page <= MOST_PAGES; page += 1) {
        const path = `/pulls/${pull}/commits?per_page=${PER_PAGE}&page=${page}`;
        const more = await must(get(place, path, Commits, signal));
        found.push(...more);
        if (more.length < PER_PAGE) break;
      }
      return found;
    },
    async review(place, run, environment, state, comment, signal) {
      const token = await tokenFor(place.installation, place.id, signal);
      const { status } = await callSource(
        `${app.apiUrl}/repos/${place.name}/actions/runs/${run}/deployment_protection_rule`,
        {
          method: 'POST',
          headers: headersOf(token),
          body: { environment_name: environment, state, comment },
        },
        signal,
      );
      if (status !== 204) throw new Error(`GitHub answers ${status} to a review`);
    },
    async places(ids, signal) {
      const asApp = appJwt(app);
      const installations = await must(read(asApp, '/app/installations?per_page=100', Installations, signal));
      const found: Place[] = [];
      for (const { id: installation } of installations) {
        found.push(...(await reposOf(installation, signal)).filter(({ id }) => ids.has(id)));
      }
      return found;
    },
  };

  async function reposOf(installation: number, signal: AbortSignal): Promise<readonly Place[]> {
    const token = await tokenOfAll(installation, signal);
    const listed = await read(token, '/installation/repositories?per_page=100', Repositories, signal);
    return (listed?.repositories ?? []).map(({ id, full_name: name }) => ({ installation, id, name }));
  }

  /** Only to list what there is: without any right to its content. */
  async function tokenOfAll(installation: number, signal: AbortSignal): Promise<string> {
    const { status, body } = await callSource(
      `${app.apiUrl}/app/installations/${installation}/access_tokens`,
      {
        method: 'POST',
        headers: { authorization: `Bearer ${appJwt(app)}` },
        body: { permissions: { metadata: 'read' } },
      },
      signal,
    );
    if (status !== 201) throw new Error(`GitHub answers ${status} to the App`);
    return Token.parse(body).token;
  }
}
