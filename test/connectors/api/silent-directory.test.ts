import { expect, it } from 'vitest';
import { FakeDirectory } from '../../helpers/fake-directory.ts';
import { GROUPS, ONE_KEY, rule, slackAccountOf } from '../../helpers/rulebook.ts';
import { startKeyturn } from '../../helpers/start-keyturn.ts';
import { glassRule, seeAndBreak } from './glass.ts';
import {
  anApproved,
  anExecuting,
  comment,
  consume,
  expectProblem,
  HOUR,
  MINUTE,
  stateOf,
  submit,
} from './world.ts';

// Group `night` is kept by a directory, all others stand in the file.

function kept() {
  const directory = new FakeDirectory();
  directory.groups.set('G1', [`slack:${slackAccountOf('dora')}`]);
  const firm = {
    groups: { ...GROUPS, night: [] },
    externalGroups: { night: [{ kind: 'fake_group', id: 'G1' }] },
  };
  return { directory, firm, ports: { directories: [directory] } };
}

it('nobody says how an action ended while it is not known whom the policy in force keeps from that', async () => {
  const { directory, firm, ports } = kept();
  const keyturn = await startKeyturn(firm, { ports });
  const executing = await anExecuting(keyturn);
  keyturn.clock.advance(HOUR);
  expect(await stateOf(keyturn, executing)).toBe('unknown');
  directory.fail(new Error('down'));
  // What it said a minute ago is no answer any more.
  keyturn.clock.advance(MINUTE);
  await keyturn.reload({
    ...firm,
    version: '2',
    rules: (personOf) => [rule('not-bob', { plan: ONE_KEY, exclude: [personOf('bob')] })],
  });
  const settle = () => comment(keyturn, 'bob', 'settle', executing, { status: 'succeeded' });
  expectProblem(await settle(), 'DIRECTORY_UNAVAILABLE');
  expect(await stateOf(keyturn, executing)).toBe('unknown');
  directory.failure = null;
  expectProblem(await settle(), 'SELF_REVIEW');
});

it('a broken glass that a silent directory has to confirm is released once it answers, and is not called unapproved', async () => {
  const { directory, firm, ports } = kept();
  const keyturn = await startKeyturn({ ...firm, breakGlass: [glassRule({ who: ['night'] })] }, { ports });
  const request = await submit(keyturn);
  expect((await seeAndBreak(keyturn, 'dora', request)).body).toMatchObject({
    state: 'approved',
  });
  directory.fail(new Error('down'));
  expectProblem(await consume(keyturn, request), 'DIRECTORY_UNAVAILABLE');
  directory.failure = null;
  expect((await consume(keyturn, request)).status).toBe(200);
});

it('a policy that comes back is met by what was asked under the one between, which nothing could meet', async () => {
  const { directory, firm, ports } = kept();
  const first = { rules: [rule('never', { effect: 'deny' })] };
  const keyturn = await startKeyturn(first, { ports });
  directory.fail(new Error('down'));
  await keyturn.reload({ ...firm, version: '2', rules: [] });
  const request = await submit(keyturn);
  await keyturn.reload(first);
  const { body } = await keyturn.get('carol', '/v1/requests');
  expect(body.items).toMatchObject([{ id: request.id, state: 'denied' }]);
});

it.each(['a reload', 'a start'])(
  'what missed a policy while a directory was silent ends at the next one, by %s',
  async (way) => {
    const { directory, firm, ports } = kept();
    const first = { rules: [] };
    const keyturn = await startKeyturn(first, { ports });
    const [waits, approved] = [await submit(keyturn), await anApproved(keyturn, { payload: { nth: 2 } })];
    directory.fail(new Error('down'));
    await keyturn.reload({ ...firm, version: '2', rules: [rule('never', { effect: 'deny' })] });
    const since = await submit(keyturn, { payload: { nth: 3 } });
    // Nothing of the policy between is left but its entry.
    const third = { ...first, version: '3' };
    const after = way === 'a start' ? await keyturn.restart(third) : keyturn;
    if (way === 'a reload') await keyturn.reload(third);
    expect(await stateOf(after, waits)).toBe('denied');
    expect(await stateOf(after, approved)).toBe('revoked');
    const { body } = await after.get('carol', `/v1/requests/${waits.id}`);
    expect(JSON.stringify(body)).toContain('never met');
    expect(await stateOf(after, since)).toBe('denied');
  },
);
