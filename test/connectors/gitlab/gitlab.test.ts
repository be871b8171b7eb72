import { expect, it, onTestFinished } from 'vitest';
import { lookAfter } from '../../../connectors/source/look-after.ts';
import { behavesLikeAConnector } from '../../conformance/connector.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import type { RulebookChanges } from '../../helpers/rulebook.ts';
import { startKeyturn } from '../../helpers/start-keyturn.ts';
import { seeAndApprove } from '../api/world.ts';
import { CLIENT, gitlabWorld, SOURCE } from './world.ts';

const QUIET = { info: () => {}, warn: () => {}, error: () => {} };

behavesLikeAConnector('gitlab', gitlabWorld, { client: CLIENT });

/** `bobIs`: the number of bob's account in this GitLab. */
async function world({ bobIs = 50, ...changes }: RulebookChanges & { readonly bobIs?: number } = {}) {
  const clock = new FakeClock();
  const source = await gitlabWorld(() => clock.wall());
  onTestFinished(() => source.down());
  const accounts = { [`gitlab:${new URL(source.gitlab.url).host}/${bobIs}`]: 'bob' } as const;
  const keyturn = await startKeyturn(
    { source: SOURCE, client: CLIENT, accounts, ...changes },
    { clock, ports: { connectors: [source.connector] } },
  );
  const post = async ({ body, headers }: { body: Uint8Array; headers: Record<string, string> }) =>
    fetch(`${keyturn.url}/webhooks/gitlab`, { method: 'POST', headers, body: Buffer.from(body) });
  const request = async (who: 'bob' | 'dora' = 'bob') =>
    (await keyturn.get(who, '/v1/requests')).body.items[0];
  const now = () => clock.wall();
  return { ...source, keyturn, post, request, now };
}

it('shows the commit that would go out, and where', async () => {
  const { gitlab, keyturn, post, request, now } = await world();
  await post(gitlab.jobEvent(gitlab.block('one'), 'manual', now()));
  const held = await request();
  expect(held).toMatchObject({
    action: 'gitlab.deploy',
    target: { system: 'gitlab', environment: 'prod', resource: 'acme/api' },
    reason: 'Deploy main to prod: Add orders',
  });
  const { payload } = (await keyturn.get('bob', `/v1/requests/${held.id}/payload`)).body;
  expect(payload).toMatchObject({ sha: 'c0ffee'.padEnd(40, '0'), job: 'deploy' });
});

it.each([
  [1, 'started the deployment'],
  [2, 'wrote merge request 12'],
  [3, 'started the pipeline'],
  [4, 'merged merge request 12'],
])('account %i, who %s, cannot approve it', async (user, because) => {
  const { gitlab, keyturn, post, request, now } = await world({ bobIs: user });
  await post(gitlab.jobEvent(gitlab.block('one'), 'manual', now()));
  const held = await request('dora');
  expect(held.excluded).toContainEqual({ person: 'bob', because });
  expect((await seeAndApprove(keyturn, 'bob', held)).body.code).toBe('SELF_REVIEW');
});

it('a commit that no merge request brings is of somebody whom nobody knows', async () => {
  const { gitlab, post, request, now } = await world();
  await post(gitlab.jobEvent(gitlab.block('one', { author: null }), 'manual', now()));
  expect((await request()).unresolved).toContainEqual({
    account: 'gitlab-commit:dev@acme.example',
    because: 'wrote it',
  });
});

it('whoever GitLab does not name is somebody unknown who stands behind it', async () => {
  const { gitlab, post, request, now } = await world();
  gitlab.starter = null;
  await post(gitlab.jobEvent(gitlab.block('one'), 'manual', now()));
  expect((await request()).unresolved).toContainEqual({
    account: 'gitlab-user:unknown',
    because: 'started the pipeline',
  });
});

it('knows a merge request by its commit before GitLab ties it to the deployment, and one thing stays one', async () => {
  const { gitlab, keyturn, post, request, now } = await world({ bobIs: 2 });
  gitlab.isSlow = true;
  const deployment = gitlab.block('one');
  await post(gitlab.jobEvent(deployment, 'manual', now()));
  gitlab.isSlow = false;
  deployment.jobStatus = 'manual';
  expect((await post(gitlab.jobEvent(deployment, 'pending', now()))).status).toBe(200);
  const held = await request('dora');
  expect(held.excluded).toContainEqual({ person: 'bob', because: 'wrote merge request 12' });
  expect((await keyturn.get('dora', '/v1/requests')).body.items).toHaveLength(1);
  expect(deployment.approvals).toEqual([]);
});

it('starts the job after the approval, and once: also when the word is brought twice', async () => {
  const { gitlab, keyturn, post, connector, request, now } = await world();
  const deployment = gitlab.block('one');
  await post(gitlab.jobEvent(deployment, 'manual', now()));
  await seeAndApprove(keyturn, 'bob', await request());
  await expect.poll(() => deployment.jobStatus).toBe('pending');
  const [held] = keyturn.keyturn.context.store.committed.heldOf((await request()).id);
  if (held === undefined) throw new Error('nothing is held');
  expect(held.status).toBe('released');
  const word = { held, verdict: 'approve', comment: 'again', secrets: {} } as const;
  expect(await connector.release(word, false, AbortSignal.timeout(5_000))).toEqual({ is: 'told' });
  const isPost = (call: string) => call.startsWith('POST');
  expect(gitlab.calls.filter(isPost).map((call) => call.split('/').at(-1))).toEqual(['approval', 'play']);
});

it.each([
  ['approved', 'reject', 'gone'],
  ['rejected', 'reject', 'told'],
  ['rejected', 'approve', 'gone'],
] as const)('where it %s before, %s is %s, and nothing is called', async (before, verdict, is) => {
  const { gitlab, keyturn, post, connector, request, now } = await world();
  const deployment = gitlab.block('one');
  await post(gitlab.jobEvent(deployment, 'manual', now()));
  const [held] = keyturn.keyturn.context.store.committed.heldOf((await request()).id);
  if (held === undefined) throw new Error('nothing is held');
  // As where its rules want more answers than this one: it stays blocked.
  deployment.approvals.push({ user: { id: 99 }, status: before, comment: '' });
  const word = { held, verdict, comment: 'again', secrets: {} } as const;
  expect(await connector.release(word, true, AbortSignal.timeout(5_000))).toMatchObject({ is });
  expect(gitlab.calls.filter((call) => call.startsWith('POST'))).toEqual([]);
});

it.each(['approved', 'rejected'] as const)(
  'what somebody else %s in GitLab is no word of ours',
  async (theirs) => {
    const { gitlab, keyturn, post, request, now } = await world();
    const deployment = gitlab.block('one');
    await post(gitlab.jobEvent(deployment, 'manual', now()));
    // As where its rules want more answers than this one: it stays blocked.
    deployment.approvals.push({ user: { id: 1 }, status: theirs, comment: '' });
    await seeAndApprove(keyturn, 'bob', await request());
    await expect.poll(() => deployment.jobStatus).toBe('pending');
    expect(deployment.approvals.at(-1)).toMatchObject({ user: { id: 99 }, status: 'approved' });
  },
);

it('asks for time where GitLab does, and brings the word then', async () => {
  const { gitlab, keyturn, post, request, now } = await world();
  const deployment = gitlab.block('one');
  await post(gitlab.jobEvent(deployment, 'manual', now()));
  gitlab.instead = 429;
  await seeAndApprove(keyturn, 'bob', await request());
  await expect.poll(async () => (await request()).state).toBe('executing');
  gitlab.instead = null;
  const later = () => {
    keyturn.clock.advance(1_000);
    return deployment.jobStatus;
  };
  await expect.poll(later, { timeout: 5_000 }).toBe('pending');
});

it('a deployment that somebody let go in GitLab is no longer asked of anybody here', async () => {
  const { gitlab, keyturn, post, request, now } = await world();
  const deployment = gitlab.block('one');
  await post(gitlab.jobEvent(deployment, 'manual', now()));
  deployment.status = 'success';
  await post(gitlab.deploymentEvent(deployment, 'success', now()));
  expect((await request()).state).toBe('cancelled');
  expect(keyturn.keyturn.context.store.committed.stillHeld('gitlab', 10)).toEqual([]);
});

it('a job that is not blocked yet is found by the sweep once it is', async () => {
  const { gitlab, keyturn, post, connector, request, now } = await world();
  const deployment = gitlab.block('one');
  deployment.status = 'running';
  await post(gitlab.jobEvent(deployment, 'created', now()));
  expect(await request()).toBeUndefined();
  deployment.status = 'blocked';
  await lookAfter(connector, keyturn.keyturn.context, QUIET);
  expect((await request()).state).toBe('pending');
});
