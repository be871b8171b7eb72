import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import {
  anApproved,
  consume,
  expectProblem,
  expectRefused,
  post,
  review,
  seeAndApprove,
  stateOf,
  submit,
  WRONG_DIGEST,
} from '../connectors/api/world.ts';
import { plan, rule, TWO_KEYS } from '../helpers/rulebook.ts';
import { startKeyturn } from '../helpers/start-keyturn.ts';

const GRANT = (by: 'agent' | 'ci') => ({ type: 'grant.refused', by }) as const;

it('row 1: another digest is not released, and the approval is not spent by trying', async () => {
  const keyturn = await startKeyturn();
  const request = await anApproved(keyturn);
  const answer = await consume(keyturn, { ...request, action_digest: WRONG_DIGEST });
  await expectRefused(keyturn, answer, 'DIGEST_MISMATCH', GRANT('agent'));
  expect(await stateOf(keyturn, request)).toBe('approved');
  expect((await consume(keyturn, request)).status).toBe(200);
});

it.each([
  ['payload', { payload: { kind: 'sql', statement: 'DROP TABLE orders' } }],
  ['target', { target: { system: 'postgres', environment: 'prod', resource: 'customers' } }],
  ['environment', { target: { system: 'postgres', environment: 'dev', resource: 'orders' } }],
  ['action', { action: 'db.other' }],
  ['human behind it', { on_behalf_of: 'alice' }],
])('row 1: the digest of another %s releases nothing', async (_what, changes) => {
  const keyturn = await startKeyturn();
  const approved = await anApproved(keyturn);
  const other = await submit(keyturn, changes);
  expect(other.action_digest).not.toBe(approved.action_digest);
  const answer = await consume(keyturn, { id: approved.id, action_digest: other.action_digest });
  await expectRefused(keyturn, answer, 'DIGEST_MISMATCH', GRANT('agent'));
  // Nor does the approval of the one count for the other.
  expectProblem(await consume(keyturn, other), 'NOT_APPROVED');
});

it('row 1: the same words of another requester have another digest', async () => {
  const keyturn = await startKeyturn();
  const mine = await submit(keyturn);
  const theirs = await submit(keyturn, {}, { who: 'ci' });
  expect(mine.action_digest).not.toBe(theirs.action_digest);
});

it('row 1: an approval on another digest does not count', async () => {
  const keyturn = await startKeyturn();
  const [seen, other] = [
    await submit(keyturn),
    await submit(keyturn, { payload: { kind: 'sql', statement: 'DROP' } }),
  ];
  await keyturn.get('bob', `/v1/requests/${seen.id}/payload`);
  await keyturn.get('bob', `/v1/requests/${other.id}/payload`);
  const answer = await review(keyturn, 'bob', { id: other.id, action_digest: seen.action_digest }, 'approve');
  await expectRefused(keyturn, answer, 'DIGEST_MISMATCH', { type: 'review.refused', by: 'bob' });
  expect(await stateOf(keyturn, other)).toBe('pending');
});

it('row 1: the payload cannot be replaced under its key, its id or its approval', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn, {}, { key: 'k' });
  await seeAndApprove(keyturn, 'bob', request);
  const changed = await post(
    keyturn,
    'agent',
    { payload: { kind: 'sql', statement: 'DROP TABLE orders' } },
    'k',
  );
  await expectRefused(keyturn, changed, 'IDEMPOTENCY_KEY_REUSED', { type: 'request.refused', by: 'agent' });
  for (const method of ['PUT', 'PATCH', 'POST']) {
    const response = await fetch(`${keyturn.url}/v1/requests/${request.id}`, { method, body: '{}' });
    expect(response.status).toBe(404);
  }
  expect((await consume(keyturn, request)).body.payload).toEqual({
    kind: 'sql',
    statement: 'COPY orders TO STDOUT',
  });
});

it('row 1: stored bytes that were changed behind our back are not released', async () => {
  const keyturn = await startKeyturn();
  const request = await anApproved(keyturn);
  await keyturn.stop();
  const db = new Sqlite(join(keyturn.dataDir, 'keyturn.db'));
  const change = () =>
    db.exec(`UPDATE actions SET text = replace(text, 'COPY orders TO STDOUT', 'DROP TABLE orders')`);
  expect(change).toThrow('an action never changes');
  db.exec('DROP TRIGGER actions_no_update');
  change();
  db.close();
  const after = await keyturn.restart();
  await expectRefused(after, await consume(after, request), 'DIGEST_MISMATCH', GRANT('agent'));
});

it('row 1: a plan that was replaced while it was pending or approved is met before anything runs', async () => {
  const keyturn = await startKeyturn();
  const approved = await anApproved(keyturn);
  const three = plan('three', [
    ['dba', 2],
    ['security', 1],
  ]);
  const after = await keyturn.restart({ version: '2', rules: [rule('stricter', { plan: three })] });
  await expectRefused(after, await consume(after, approved), 'NOT_APPROVED', GRANT('agent'));
  const back = await after.restart({ version: '3', rules: [rule('two', { plan: TWO_KEYS })] });
  expectProblem(await consume(back, approved), 'NOT_APPROVED');
});

it('row 1: the view of one request is no view of another with the same words', async () => {
  const keyturn = await startKeyturn();
  const [mine, theirs] = [await submit(keyturn), await submit(keyturn, {}, { who: 'ci' })];
  await keyturn.get('bob', `/v1/requests/${mine.id}/payload`);
  const answer = await review(keyturn, 'bob', theirs, 'approve');
  await expectRefused(keyturn, answer, 'FULL_VIEW_REQUIRED', { type: 'review.refused', by: 'bob' });
});
