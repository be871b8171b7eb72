import { expect, it } from 'vitest';
import { FakeDirectory } from '../../helpers/fake-directory.ts';
import { GROUPS, type RulebookChanges, rule, slackAccountOf, type Who } from '../../helpers/rulebook.ts';
import { startKeyturn } from '../../helpers/start-keyturn.ts';
import {
  anApproved,
  comment,
  consume,
  expectProblem,
  expectRefused,
  post,
  readLog,
  review,
  seeAndApprove,
  stateOf,
  submit,
} from './world.ts';

const account = (who: Who) => `slack:${slackAccountOf(who)}`;

/** Nobody is in the group dba by the file; a directory keeps it. */
async function started(members: readonly Who[] = ['bob', 'dora'], changes: RulebookChanges = {}) {
  const directory = new FakeDirectory();
  directory.groups.set('G1', members.map(account));
  const keyturn = await startKeyturn(
    {
      groups: { ...GROUPS, dba: [] },
      externalGroups: { dba: [{ kind: 'fake_group', id: 'G1' }] },
      ...changes,
    },
    { ports: { directories: [directory] } },
  );
  return { keyturn, directory };
}

it('whoever the directory has in the group may fill its seat, and nobody else', async () => {
  const { keyturn } = await started();
  const request = await submit(keyturn);
  expectProblem(await review(keyturn, 'eve', request, 'approve'), 'NOT_ELIGIBLE');
  expect((await seeAndApprove(keyturn, 'bob', request)).body).toMatchObject({ state: 'approved' });
  expect((await consume(keyturn, request)).status).toBe(200);
});

it('an account of nobody in the policy fills no seat, whatever the directory says', async () => {
  const { keyturn, directory } = await started([]);
  directory.groups.set('G1', ['slack:T09/U09', 'slack:T09/U08']);
  await expectRefused(keyturn, await post(keyturn, 'agent'), 'NO_ELIGIBLE_REVIEWER', {
    type: 'request.refused',
    by: 'agent',
  });
});

it('who left the group after the request was shown approves nothing: it is asked again at the decision', async () => {
  const { keyturn, directory } = await started();
  const request = await submit(keyturn);
  expect((await keyturn.get('bob', `/v1/requests/${request.id}/payload`)).status).toBe(200);
  directory.groups.set('G1', [account('dora')]);
  expectProblem(await review(keyturn, 'bob', request, 'approve'), 'NOT_ELIGIBLE');
  expect(await stateOf(keyturn, request)).toBe('pending');
});

it('who joined the group after the request was asked cannot vote on it', async () => {
  const { keyturn, directory } = await started(['bob']);
  const request = await submit(keyturn);
  directory.groups.set('G1', [account('bob'), account('dora')]);
  expectProblem(await seeAndApprove(keyturn, 'dora', request), 'NOT_ELIGIBLE');
});

it('a vote of somebody who has left the group by then releases nothing', async () => {
  const { keyturn, directory } = await started();
  const request = await anApproved(keyturn);
  directory.groups.set('G1', [account('dora')]);
  expectProblem(await consume(keyturn, request), 'NOT_APPROVED');
  directory.groups.set('G1', [account('bob'), account('dora')]);
  expect((await consume(keyturn, request)).status).toBe(200);
});

const DOWN = new Error('ratelimited');

it.each([
  ['fails', (directory: FakeDirectory): void => directory.fail(DOWN)],
  ['does not know the group any more', (directory: FakeDirectory): void => directory.drop('G1')],
] as const)(
  'while the directory %s nothing is asked, approved or released, and nothing is lost',
  async (_how, break_) => {
    const { keyturn, directory } = await started();
    const waiting = await submit(keyturn, { payload: { n: 1 } });
    const approved = await anApproved(keyturn, { payload: { n: 2 } });
    await keyturn.get('dora', `/v1/requests/${waiting.id}/payload`);
    break_(directory);
    const refused = async (answer: ReturnType<typeof review>): Promise<void> => {
      expectProblem(await answer, 'DIRECTORY_UNAVAILABLE');
    };
    await refused(review(keyturn, 'dora', waiting, 'approve'));
    await refused(consume(keyturn, approved));
    await refused(review(keyturn, 'dora', waiting, 'reject', { comment: 'no' }));
    await refused(post(keyturn, 'agent', { payload: { n: 3 } }));
    expect([await stateOf(keyturn, waiting), await stateOf(keyturn, approved)]).toEqual([
      'pending',
      'approved',
    ]);
    directory.failure = null;
    directory.groups.set('G1', [account('bob'), account('dora')]);
    expect((await seeAndApprove(keyturn, 'dora', waiting)).body).toMatchObject({ state: 'approved' });
    expect((await consume(keyturn, approved)).status).toBe(200);
  },
);

it('a directory that says nothing is not waited for longer than three seconds', async () => {
  const { keyturn, directory } = await started();
  const request = await submit(keyturn);
  directory.silent = true;
  const begun = performance.now();
  expectProblem(await review(keyturn, 'bob', request, 'approve'), 'DIRECTORY_UNAVAILABLE');
  expect(performance.now() - begun).toBeLessThan(5_000);
});

it('people who only look are served from an answer of the last minute, and no older one', async () => {
  const { keyturn, directory } = await started();
  const request = await submit(keyturn);
  const asked = directory.asked;
  keyturn.clock.advance(59_999);
  for (let times = 0; times < 3; times += 1) await keyturn.get('bob', `/v1/requests/${request.id}`);
  expect(directory.asked).toBe(asked);
  directory.failure = new Error('down');
  keyturn.clock.advance(1);
  expectProblem(await keyturn.get('bob', `/v1/requests/${request.id}`), 'DIRECTORY_UNAVAILABLE');
  expect(directory.asked).toBeGreaterThan(asked);
  // Those who may read it without the group still do.
  expect((await keyturn.get('alice', `/v1/requests/${request.id}`)).status).toBe(200);
  expect((await keyturn.get('agent', `/v1/requests/${request.id}`)).status).toBe(200);
});

it('a rejection by somebody who may by the file needs no directory', async () => {
  const { keyturn, directory } = await started(['bob'], { groups: { dba: ['dora'], security: ['carol'] } });
  const request = await submit(keyturn);
  directory.failure = new Error('down');
  expectProblem(await seeAndApprove(keyturn, 'dora', request), 'DIRECTORY_UNAVAILABLE');
  expect((await review(keyturn, 'dora', request, 'reject', { comment: 'no' })).body.state).toBe('rejected');
});

it('its asker can still cancel, and its owner revoke', async () => {
  const { keyturn, directory } = await started();
  const [one, two] = [
    await submit(keyturn, { payload: { n: 1 } }),
    await anApproved(keyturn, { payload: { n: 2 } }),
  ];
  directory.failure = new Error('down');
  expect((await keyturn.post('agent', `/v1/requests/${one.id}/cancel`)).body.state).toBe('cancelled');
  expect((await comment(keyturn, 'alice', 'revoke', two)).body.state).toBe('revoked');
});

it('a rule that looks at a group of which nobody knows the members lets nothing in', async () => {
  const { keyturn, directory } = await started(['bob'], {
    groups: { dba: [], security: ['carol', 'dora'] },
    rules: [rule('dbas-never', { match: { groups: ['dba'] }, effect: 'deny' })],
    default: { effect: 'deny' },
  });
  expect((await post(keyturn, 'bob')).body).toMatchObject({ state: 'denied' });
  directory.failure = new Error('down');
  keyturn.clock.advance(60_000);
  expectProblem(await post(keyturn, 'bob', { payload: {} }), 'DIRECTORY_UNAVAILABLE');
});

it('a failure is on record with what was said, once a minute and not at every call', async () => {
  const { keyturn, directory } = await started();
  const request = await submit(keyturn);
  directory.failure = new Error('ratelimited');
  for (let times = 0; times < 5; times += 1) await review(keyturn, 'bob', request, 'approve');
  const failures = async () => (await readLog(keyturn)).filter(({ type }) => type === 'directory.failed');
  expect(await failures()).toMatchObject([{ data: { kind: 'fake_group' } }]);
  keyturn.clock.advance(60_000);
  await review(keyturn, 'bob', request, 'approve');
  expect(await failures()).toHaveLength(2);
});

it('a group of a kind that no directory knows is unknown, and refuses', async () => {
  const keyturn = await startKeyturn({
    groups: { ...GROUPS, dba: [] },
    externalGroups: { dba: [{ kind: 'nobody_knows', id: 'X' }] },
  });
  expectProblem(await post(keyturn, 'agent'), 'DIRECTORY_UNAVAILABLE');
});

it('another policy is met once the directory answers, and until then nothing is decided by the old one', async () => {
  const { keyturn, directory } = await started();
  const request = await submit(keyturn);
  directory.failure = new Error('down');
  const after = await keyturn.restart({
    version: '2',
    groups: { ...GROUPS, dba: [] },
    externalGroups: { dba: [{ kind: 'fake_group', id: 'G1' }] },
    rules: [rule('no', { effect: 'deny' })],
  });
  expect(await stateOf(after, request)).toBe('pending');
  expectProblem(await review(after, 'bob', request, 'approve'), 'DIRECTORY_UNAVAILABLE');
  directory.failure = null;
  await expect.poll(() => stateOf(after, request), { timeout: 5_000 }).toBe('denied');
});
