import { expect, it } from 'vitest';
import { FakeDirectory } from '../../helpers/fake-directory.ts';
import { GROUPS, ONE_KEY, rule, slackAccountOf } from '../../helpers/rulebook.ts';
import { startKeyturn } from '../../helpers/start-keyturn.ts';
import { glassRule, seeAndBreak } from './glass.ts';
import { anExecuting, comment, consume, expectProblem, HOUR, MINUTE, stateOf, submit } from './world.ts';

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
