import type { Database } from 'better-sqlite3';
import { expect, it } from 'vitest';
import { checkAgreement } from '../../fault/agreement.ts';
import { approve, aSubmission, startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';
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

/** The last page has room for some more rows. Afterwards not even the smallest entry finds any. */
async function fillUp({ keyturn }: TestKeyturn, fill: () => void) {
  const { store, time } = keyturn.context;
  fill();
  const one = () =>
    store.transact((tx) => void tx.append({ type: 'log.stopped' }, { kind: 'keyturn' }, time.now(), null));
  const refused = await (async () => {
    for (;;) await one();
  })().catch((fault: unknown) => fault);
  expect(refused).toMatchObject({ code: 'STORE_FULL' });
}

it('row 24: a full disk refuses with 503, records nothing, shows in /readyz, and goes by as it came', async () => {
  const sqlite = watchSqlite();
  const keyturn = await startKeyturn();
  const { fill, empty } = disk(sqlite.databases);
  const approved = (await keyturn.post('agent', '/v1/requests', aSubmission())).body;
  await approve(keyturn, 'bob', approved);
  expect(await readiness(keyturn)).toBe(200);

  await fillUp(keyturn, fill);
  const before = keyturn.keyturn.context.store.committed.lastSeq();
  const submission = aSubmission({ payload: { kind: 'sql', statement: 'SELECT 2' } });
  const submit = () => keyturn.post('agent', '/v1/requests', submission, { 'idempotency-key': 'k' });
  const answer = await submit();
  expect([answer.status, answer.body.code]).toEqual([503, 'UNAVAILABLE']);
  expect(answer.headers.get('retry-after')).not.toBeNull();
  expect(await readiness(keyturn)).toBe(503);
  expect((await fetch(`${keyturn.url}/healthz`)).status).toBe(200);
  // Nothing is released while nothing can be recorded.
  const { id, action_digest } = approved;
  const consume = () =>
    keyturn.post('agent', `/v1/requests/${id}/consume`, { action_digest }, { 'idempotency-key': 'c' });
  expect((await consume()).status).toBe(503);
  // What is there can still be read.
  expect((await keyturn.get('bob', `/v1/requests/${id}`)).body.state).toBe('approved');
  expect(keyturn.keyturn.context.store.committed.lastSeq()).toBe(before);

  empty();
  expect(await readiness(keyturn)).toBe(200);
  expect((await consume()).status).toBe(200);
  expect((await submit()).status).toBe(201);
  await keyturn.stop();
  const held = checkAgreement(`${keyturn.dataDir}/keyturn.db`);
  expect(held.typesOf(id).filter((type) => type === 'grant.issued')).toHaveLength(1);
  expect(held.typesOf()).toContain('storage.fault');
});

it('row 24: a disk that stays full does not keep the server from ending, nor the next from starting', async () => {
  const sqlite = watchSqlite();
  const keyturn = await startKeyturn();
  const { fill } = disk(sqlite.databases);
  await fillUp(keyturn, fill);
  const before = keyturn.keyturn.context.store.committed.lastSeq();
  await expect(keyturn.stop()).rejects.toMatchObject({ code: 'STORE_FULL' });
  const again = await keyturn.restart();
  expect(again.keyturn.context.store.committed.lastSeq()).toBeGreaterThan(before);
});
