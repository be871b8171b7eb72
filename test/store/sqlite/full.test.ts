import type { Database } from 'better-sqlite3';
import { expect, it } from 'vitest';
import { approve, aSubmission, startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';
import { checkAgreement } from '../../fault/agreement.ts';
import { watchSqlite } from './watched-sqlite.ts';

/** SQLite itself says that it is full: it may not take one page more than it has. */
function disk(databases: readonly Database[]) {
  const db = databases.find(({ name }) => name.endsWith('keyturn.db'));
  if (db === undefined) throw new Error('no database was opened');
  const most = Number(db.pragma('max_page_count', { simple: true }));
  return {
    fill: () => void db.pragma(`max_page_count = ${String(db.pragma('page_count', { simple: true }))}`),
    empty: () => void db.pragma(`max_page_count = ${most}`),
  };
}

const readiness = async ({ url }: TestKeyturn) => (await fetch(`${url}/readyz`)).status;

/** A page has room for some more rows; this fills the last one. */
async function untilRefused(keyturn: TestKeyturn) {
  for (let tries = 0; ; tries += 1) {
    const payload = { kind: 'sql', statement: `SELECT ${'x'.repeat(9_000)} ${tries}` };
    const answer = await keyturn.post('agent', '/v1/requests', aSubmission({ payload }), { 'idempotency-key': `k${tries}` });
    if (answer.status !== 201) return { answer, payload, key: `k${tries}`, created: tries };
  }
}

it('row 24: a full disk refuses with 503, records nothing, shows in /readyz, and goes by as it came', async () => {
  const sqlite = watchSqlite();
  const keyturn = await startKeyturn({ limits: { openPerRequester: 'unlimited', newPerMinute: 'unlimited' } });
  const { fill, empty } = disk(sqlite.databases);
  const approved = (await keyturn.post('agent', '/v1/requests', aSubmission())).body;
  await approve(keyturn, 'bob', approved);
  expect(await readiness(keyturn)).toBe(200);

  fill();
  const { answer, payload, key, created } = await untilRefused(keyturn);
  expect([answer.status, answer.body.code]).toEqual([503, 'UNAVAILABLE']);
  expect(answer.headers.get('retry-after')).not.toBeNull();
  const before = keyturn.keyturn.context.store.committed.lastSeq();
  expect(keyturn.keyturn.context.store.committed.countByState().get('pending')).toBe(created);
  expect(await readiness(keyturn)).toBe(503);
  expect((await fetch(`${keyturn.url}/healthz`)).status).toBe(200);
  // Nothing is released while nothing can be recorded.
  const { id, action_digest } = approved;
  const consume = () => keyturn.post('agent', `/v1/requests/${id}/consume`, { action_digest }, { 'idempotency-key': 'c' });
  const statuses = new Set<number>();
  for (let tries = 0; tries < 5; tries += 1) statuses.add((await consume()).status);
  expect([...statuses]).toEqual([503]);
  // What is there can still be read.
  expect((await keyturn.get('bob', `/v1/requests/${id}`)).body.state).toBe('approved');
  expect(keyturn.keyturn.context.store.committed.lastSeq()).toBe(before);

  empty();
  expect(await readiness(keyturn)).toBe(200);
  expect((await consume()).status).toBe(200);
  const again = await keyturn.post('agent', '/v1/requests', aSubmission({ payload }), { 'idempotency-key': key });
  expect(again.status).toBe(201);
  await keyturn.stop();
  const held = checkAgreement(`${keyturn.dataDir}/keyturn.db`);
  expect(held.typesOf(id).filter((type) => type === 'grant.issued')).toHaveLength(1);
  expect(held.typesOf()).toContain('storage.fault');
});

it('row 24: a disk that stays full does not keep the server from ending, nor the next from starting', async () => {
  const sqlite = watchSqlite();
  const keyturn = await startKeyturn({ limits: { openPerRequester: 'unlimited', newPerMinute: 'unlimited' } });
  const { fill } = disk(sqlite.databases);
  fill();
  await untilRefused(keyturn);
  const before = keyturn.keyturn.context.store.committed.lastSeq();
  await expect(keyturn.stop()).rejects.toMatchObject({ code: 'STORE_FULL' });
  const again = await keyturn.restart();
  expect(again.keyturn.context.store.stoppedCleanly).toBe(false);
  expect(again.keyturn.context.store.committed.lastSeq()).toBeGreaterThan(before);
});
