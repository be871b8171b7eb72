import { expect, it, onTestFinished } from 'vitest';
import { lookAfter } from '../../../connectors/source/look-after.ts';
import { behavesLikeAConnector } from '../../conformance/connector.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import type { RulebookChanges } from '../../helpers/rulebook.ts';
import { startKeyturn } from '../../helpers/start-keyturn.ts';
import { HOUR, seeAndApprove } from '../api/world.ts';
import { CLIENT, githubWorld, SOURCE } from './world.ts';

const QUIET = { info: () => {}, warn: () => {}, error: () => {} };

behavesLikeAConnector('github', githubWorld, { client: CLIENT });

/** `bobIs`: the number of bob's account. */
async function world({ bobIs = 50, ...changes }: RulebookChanges & { readonly bobIs?: number } = {}) {
  const clock = new FakeClock();
  const source = await githubWorld(() => clock.wall());
  onTestFinished(() => source.down());
  const accounts = { [`github:${new URL(source.github.url).host}/${bobIs}`]: 'bob' } as const;
  const keyturn = await startKeyturn(
    { source: SOURCE, client: CLIENT, accounts, ...changes },
    { clock, ports: { connectors: [source.connector] } },
  );
  const post = ({ body, headers }: { body: Uint8Array; headers: Record<string, string> }) =>
    fetch(`${keyturn.url}/webhooks/github`, { method: 'POST', headers, body: Buffer.from(body) });
  const requests = async () => (await keyturn.get('dora', '/v1/requests')).body.items;
  const sweep = () => lookAfter(source.connector, keyturn.keyturn.context, QUIET);
  return { ...source, keyturn, post, requests, sweep };
}

it('shows the commit and the workflow that would run, and asks GitHub for no more than it needs', async () => {
  const { github, keyturn, post, requests } = await world();
  expect((await post(github.requested(github.wait('one')))).status).toBe(200);
  const [held] = await requests();
  expect(held).toMatchObject({
    action: 'github.deploy',
    target: { system: 'github', environment: 'prod', resource: 'acme/api' },
    reason: 'Deploy main to prod: Add orders',
  });
  const { payload } = (await keyturn.get('bob', `/v1/requests/${held.id}/payload`)).body;
  expect(payload).toMatchObject({
    workflow: '.github/workflows/deploy.yml',
    run_attempt: 1,
    sha: 'c0ffee'.padEnd(40, '0'),
  });
  await seeAndApprove(keyturn, 'bob', held);
  await expect.poll(() => github.runs.get('one')?.reviews).toHaveLength(1);
  expect(github.complaints).toEqual([]);
});

it.each([
  [11, 'started the run'],
  [12, 'started this attempt'],
  [13, 'wrote a commit of it'],
  [14, 'wrote pull request 5'],
  [15, 'wrote a commit of it'],
])('account %i, who %s, cannot approve it', async (bobIs, because) => {
  const { github, keyturn, post, requests } = await world({ bobIs });
  await post(github.requested(github.wait('one')));
  const [held] = await requests();
  expect(held.excluded).toContainEqual({ person: 'bob', because });
  expect((await seeAndApprove(keyturn, 'bob', held)).body.code).toBe('SELF_REVIEW');
});

it.each([
  ['none', {}],
  ['one of another form', { 'x-github-delivery': '1 2' }],
])('takes no delivery that has %s as its id, however well it is signed', async (_what, headers) => {
  const { github, post, requests } = await world();
  const signed = github.requested(github.wait('one'));
  const { 'x-github-delivery': _, ...others } = signed.headers;
  expect((await post({ body: signed.body, headers: { ...others, ...headers } })).status).toBe(401);
  expect(await requests()).toEqual([]);
});

it('a commit that GitHub ties to no account is of somebody whom nobody knows', async () => {
  const { github, post, requests } = await world();
  await post(github.requested(github.wait('one', { author: null, pull: null })));
  expect((await requests())[0].unresolved).toContainEqual({
    account: 'github-commit:dev@acme.example',
    because: 'wrote a commit of it',
  });
});

it('the author of a commit far down a long pull request cannot approve it', async () => {
  const { github, keyturn, post, requests } = await world({ bobIs: 16 });
  const authors = [...Array(150).fill(15), 16];
  await post(github.requested(github.wait('one', { pull: { number: 5, user: 14, authors } })));
  expect((await seeAndApprove(keyturn, 'bob', (await requests())[0])).body.code).toBe('SELF_REVIEW');
});

it.each([
  ['an actor that is gone', { actor: null }, 'github-user:unknown'],
  [
    'more commits than GitHub lists',
    { pull: { number: 5, user: 14, authors: Array(251).fill(15) } },
    'github-user:unread',
  ],
  [
    'more pull requests than are read',
    { pull: { number: 5, user: 14, authors: [15], others: 10 } },
    'github-user:unread',
  ],
])('of %s somebody unknown stands behind it', async (_what, changes, account) => {
  const { github, post, requests } = await world();
  await post(github.requested(github.wait('one', changes)));
  const named = (await requests())[0].unresolved.map((one: { account: string }) => one.account);
  expect(named).toContain(account);
});

it('a pull request that is opened while the run waits does not have its next job refused', async () => {
  const { github, post, requests } = await world();
  const run = github.wait('one', { pull: null });
  await post(github.requested(run));
  run.pull = { number: 6, user: 14, authors: [15] };
  expect((await post(github.requested(run))).status).toBe(200);
  expect(run.reviews).toEqual([]);
  expect(await requests()).toMatchObject([{ state: 'pending' }]);
});

it('holds nothing of a fork, and says so there', async () => {
  const { github, post, requests } = await world();
  const run = github.wait('one', { headRepository: 666 });
  await post(github.requested(run));
  expect(run.reviews).toEqual([expect.objectContaining({ state: 'rejected' })]);
  expect(await requests()).toEqual([]);
});

it('one review answers all jobs of a run and an environment; another environment is another request', async () => {
  const { github, keyturn, post, requests } = await world({
    client: { ...CLIENT, targets: ['github/**'] },
  });
  const run = github.wait('one', { environments: ['prod', 'dev'] });
  await Promise.all([
    post(github.requested(run)),
    post(github.requested(run)),
    post(github.requested(run, 'dev')),
  ]);
  const all = await requests();
  expect(all).toHaveLength(2);
  for (const held of all) await seeAndApprove(keyturn, 'bob', held);
  await expect.poll(() => run.reviews.map(({ environment }) => environment).sort()).toEqual(['dev', 'prod']);
});

it('a run that is started again is another request, and an approval of the first attempt is none of the second', async () => {
  const { github, keyturn, post, requests } = await world();
  const run = github.wait('one');
  await post(github.requested(run));
  const [first] = await requests();
  run.attempt = 2;
  await post(github.requested(run));
  expect(await requests()).toHaveLength(2);
  await seeAndApprove(keyturn, 'bob', first);
  await expect
    .poll(async () => (await keyturn.get('bob', `/v1/requests/${first.id}`)).body.state)
    .toBe('failed');
  expect(run.reviews).toEqual([]);
});

it('holds nothing by a name that another repository has by now', async () => {
  const { github, post, requests } = await world();
  const run = github.wait('one');
  const signed = github.requested(run);
  github.idShown = 7301;
  expect((await post(signed)).status).toBe(200);
  expect(await requests()).toEqual([]);
});

it('holds nothing that does not wait any more when its delivery comes', async () => {
  const { github, post, requests } = await world();
  const run = github.wait('one');
  const signed = github.requested(run);
  run.environments = [];
  expect((await post(signed)).status).toBe(200);
  expect(await requests()).toEqual([]);
});

it('does not take somebody else’s review in GitHub for its own word', async () => {
  const { github, keyturn, post, connector, requests } = await world();
  const run = github.wait('one');
  await post(github.requested(run));
  const [held] = keyturn.keyturn.context.store.committed.heldOf((await requests())[0].id);
  if (held === undefined) throw new Error('nothing is held');
  run.environments = [];
  run.reviews.push({ state: 'approved', comment: 'by hand', environment: 'prod' });
  const word = { held, verdict: 'approve', comment: 'Approved in Keyturn.', secrets: {} } as const;
  const tell = (isRepeat: boolean) => connector.release(word, isRepeat, AbortSignal.timeout(5_000));
  expect(await tell(false)).toMatchObject({ is: 'gone' });
  // It may have been ours: a word of before went out, and GitHub does not say that it lists all of them.
  expect(await tell(true)).toEqual({ is: 'unknown' });
});

it('says the same word twice only once', async () => {
  const { github, keyturn, post, connector, requests } = await world();
  const run = github.wait('one');
  await post(github.requested(run));
  const [request] = await requests();
  await seeAndApprove(keyturn, 'bob', request);
  await expect.poll(() => run.reviews).toHaveLength(1);
  const [held] = keyturn.keyturn.context.store.committed.heldOf(request.id);
  if (held === undefined) throw new Error('nothing is held');
  const word = {
    held,
    verdict: 'approve',
    comment: 'Approved in Keyturn.',
    secrets: {},
  } as const;
  const signal = AbortSignal.timeout(5_000);
  expect(await connector.release(word, false, signal)).toEqual({ is: 'told' });
  expect(run.reviews).toHaveLength(1);
  expect(await connector.release({ ...word, verdict: 'reject' }, false, signal)).toMatchObject({
    is: 'gone',
  });
});

it('the sweep finds a run whose delivery was lost, and holds it once', async () => {
  const { github, sweep, requests } = await world();
  github.wait('one');
  await sweep();
  await sweep();
  expect(await requests()).toHaveLength(1);
  // Where its repositories are is asked once, and not each minute.
  expect(github.calls.filter((call) => call.endsWith('/app/installations'))).toHaveLength(1);
});

it('reports how the run ended, and what was called off is cancelled', async () => {
  const { github, keyturn, post, requests } = await world();
  const [failing, leaving] = [github.wait('one'), github.wait('two')];
  await post(github.requested(failing));
  await seeAndApprove(keyturn, 'bob', (await requests())[0]);
  await expect.poll(() => failing.reviews).toHaveLength(1);
  await expect
    .poll(() => keyturn.keyturn.context.store.committed.heldUnder('github', 'github')[0]?.status)
    .toBe('released');
  await post(github.completed(failing, 'failure'));
  await post(github.requested(leaving));
  await post(github.completed(leaving, 'cancelled'));
  expect((await requests()).map(({ state }: { state: string }) => state)).toEqual(['cancelled', 'failed']);
});

it('keeps a token, and takes a new one before a call could come too late for the old one', async () => {
  const { github, keyturn, post } = await world({
    limits: { openPerRequester: 'unlimited', newPerMinute: 'unlimited' },
  });
  const given: number[] = [];
  for (const [name, laterMs] of [
    ['one', 0],
    ['two', HOUR / 2],
    ['three', HOUR / 2 - 59_000],
  ] as const) {
    keyturn.clock.advance(laterMs);
    await post(github.requested(github.wait(name)));
    given.push(github.tokensGiven);
  }
  expect(given).toEqual([1, 1, 2]);
});

it('takes a new token when the old one is over, and waits where GitHub asks for time', async () => {
  const { github, keyturn, post, requests } = await world({
    limits: { openPerRequester: 'unlimited', newPerMinute: 'unlimited' },
  });
  await post(github.requested(github.wait('one')));
  keyturn.clock.advance(2 * HOUR);
  await post(github.requested(github.wait('two')));
  const [second] = await requests();
  github.instead = 403;
  await seeAndApprove(keyturn, 'bob', second);
  await expect.poll(async () => (await requests())[0].state).toBe('executing');
  github.instead = null;
  const later = () => {
    keyturn.clock.advance(1_000);
    return github.runs.get('two')?.reviews.length;
  };
  await expect.poll(later, { timeout: 10_000 }).toBe(1);
});
