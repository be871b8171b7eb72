import { type GithubOptions, githubConnector } from '../../../connectors/github/connector.ts';
import type { SourceDriver } from '../../conformance/connector.ts';
import { APP_ID, PRIVATE_KEY } from './fake-app-jwt.ts';
import { FakeGithub, WEBHOOK_SECRET } from './fake-github.ts';

export const SOURCE = {
  connector: 'github',
  claims: { repository_id: '7300' },
  trust: 'c'.repeat(64),
} as const;
export const CLIENT = { actions: ['github.deploy'], targets: ['github/prod/**'] } as const;

export interface GithubWorld extends SourceDriver {
  readonly github: FakeGithub;
}

const ALL_OF_IT = () => [{ id: 7300, environment: null }];

export async function githubWorld(
  now: () => number,
  repositories: GithubOptions['repositories'] = ALL_OF_IT,
): Promise<GithubWorld> {
  const github = new FakeGithub(now);
  await github.up();
  const connector = githubConnector({
    appId: APP_ID,
    privateKey: PRIVATE_KEY,
    webhookSecret: WEBHOOK_SECRET,
    apiUrl: github.url,
    repositories,
    now,
  });
  return {
    github,
    connector,
    source: { ...SOURCE, claims: { ...SOURCE.claims, environment: 'prod' } },
    secrets: [WEBHOOK_SECRET, 'ghs_canary', PRIVATE_KEY.slice(40, 80)],
    // An environment that no client names stands for somebody else's: this App sees one repository.
    waits: (name, { owner } = {}) =>
      github.requested(
        github.wait(name, owner === undefined ? {} : { environments: ['dev'] }),
        owner === undefined ? 'prod' : 'dev',
      ),
    leaves(name) {
      const run = github.wait(name);
      run.environments = [];
      return github.completed(run, 'cancelled');
    },
    ends: (name) => github.completed(github.wait(name), 'success'),
    words: () =>
      [...github.runs.values()].flatMap(({ name, reviews }) =>
        reviews.map(({ state }) => ({ name, verdict: state === 'approved' ? 'approve' : 'reject' })),
      ),
    up: () => github.up(),
    down: () => github.down(),
  };
}
