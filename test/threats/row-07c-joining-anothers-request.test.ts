import { expect, it } from 'vitest';
import { expectRefused, post, readLog, seeAndApprove, submit } from '../connectors/api/world.ts';
import { GROUPS, ONE_KEY, rule } from '../helpers/rulebook.ts';
import { startKeyturn } from '../helpers/start-keyturn.ts';

it('row 7c: the same action for another human is another request, and that human is excluded from it', async () => {
  const keyturn = await startKeyturn({ groups: { ...GROUPS, dba: ['alice', 'bob', 'dora', 'eve'] } });
  const first = await submit(keyturn);
  const second = await submit(keyturn, { on_behalf_of: 'eve' });
  expect(second.id).not.toBe(first.id);
  const answer = await seeAndApprove(keyturn, 'eve', second);
  await expectRefused(keyturn, answer, 'SELF_REVIEW', { type: 'review.refused', by: 'eve' });
});

it('row 7c: the same action of another client or a person is another request', async () => {
  const keyturn = await startKeyturn();
  const ids = new Set<string>();
  for (const who of ['agent', 'ci', 'dora'] as const) ids.add((await submit(keyturn, {}, { who })).id);
  expect(ids.size).toBe(3);
});

it('row 7c: the same action with other people excluded is another request', async () => {
  let excludesBob = false;
  const keyturn = await startKeyturn({
    rules: (personOf) => [
      rule('bob-out', { when: () => excludesBob, plan: ONE_KEY, exclude: [personOf('bob')] }),
    ],
  });
  const first = await submit(keyturn);
  excludesBob = true;
  const second = await submit(keyturn);
  expect(second.id).not.toBe(first.id);
  expect(second.action_digest).toBe(first.action_digest);
  const answer = await seeAndApprove(keyturn, 'bob', second);
  await expectRefused(keyturn, answer, 'SELF_REVIEW', { type: 'review.refused', by: 'bob' });
});

it('row 7c: a request under another owner of the client is another request', async () => {
  const keyturn = await startKeyturn();
  const first = await submit(keyturn);
  const after = await keyturn.restart({ version: '2', owners: { agent: 'bob' } });
  expect((await submit(after)).id).not.toBe(first.id);
});

it('row 7c: who joins brings no new human in: the request keeps its own, and the log names the joiner', async () => {
  const keyturn = await startKeyturn();
  const first = await submit(keyturn, { on_behalf_of: 'eve' });
  const joined = await post(keyturn, 'agent', { on_behalf_of: 'eve', reason: 'another trigger' });
  expect([joined.status, joined.body.id, joined.body.on_behalf_of]).toEqual([200, first.id, 'eve']);
  const entry = (await readLog(keyturn)).find(({ type }) => type === 'request.deduplicated');
  expect(entry?.actor).toMatchObject({ kind: 'client', client: 'agent' });
});
