import { expect, it } from 'vitest';
import type { Transaction } from '../../../bot/ports/store.ts';
import { storePlace } from './a-store.ts';
import { sqliteError, watchSqlite } from './watched-sqlite.ts';

const note = (tx: Transaction) => tx.append({ type: 'log.stopped' }, { kind: 'keyturn' }, 0, null);

/** What is known of a promise now, without waiting for it. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const later = Symbol();
  return (await Promise.race([promise.catch(() => null), Promise.resolve(later)])) !== later;
}

/** A few turns of the loop: whatever is going to be flushed has been. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
}

it('gives works that wait together one transaction, with a savepoint each', async () => {
  const sqlite = watchSqlite();
  const store = storePlace().open();
  await Promise.all([1, 2, 3].map(() => store.transact((tx) => note(tx))));
  const savepoints = [1, 2, 3].flatMap(() => ['SAVEPOINT work', 'RELEASE work']);
  expect(sqlite.ran).toEqual(['BEGIN IMMEDIATE', ...savepoints, 'COMMIT']);
});

it('gives a work that comes while a batch is answered the next transaction', async () => {
  const sqlite = watchSqlite();
  const store = storePlace().open();
  await store.transact((tx) => note(tx));
  await store.transact((tx) => note(tx));
  expect(sqlite.ran.filter((sql) => sql === 'COMMIT')).toHaveLength(2);
});

it('answers nobody before COMMIT, neither who succeeded nor who failed', async () => {
  const sqlite = watchSqlite();
  const store = storePlace().open();
  const answered = (name: string) => () => void sqlite.ran.push(name);
  const good = store.transact((tx) => note(tx)).then(answered('the good one is answered'));
  const bad = store
    .transact(() => {
      throw new Error('second thoughts');
    })
    .catch(answered('the bad one is answered'));
  await Promise.all([good, bad]);
  expect(sqlite.ran.slice(-3)).toEqual(['COMMIT', 'the good one is answered', 'the bad one is answered']);
  expect(sqlite.ran).toContain('ROLLBACK TO work');
});

it.each(['SQLITE_IOERR_WRITE', 'SQLITE_IOERR_FSYNC', 'SQLITE_IOERR', 'SQLITE_CORRUPT', 'SQLITE_BUSY'])(
  'answers nobody after %s at COMMIT, tells once that it is broken, and runs nothing more',
  async (code) => {
    const sqlite = watchSqlite();
    const causes: unknown[] = [];
    const store = storePlace().open({ onBroken: (cause) => void causes.push(cause) });
    sqlite.before('COMMIT', () => {
      throw sqliteError(code);
    });
    const lost = [store.transact((tx) => note(tx)), store.transact((tx) => note(tx))];
    await turns();
    let ran = false;
    lost.push(
      store.transact((tx) => {
        ran = true;
        return note(tx);
      }),
    );
    await turns();
    expect(causes).toMatchObject([{ code }]);
    expect(await Promise.all(lost.map(isSettled))).toEqual([false, false, false]);
    expect(ran).toBe(false);
  },
);

it('takes an I/O error within a work for one of the file, and not for the mistake of that work', async () => {
  const causes: unknown[] = [];
  const store = storePlace().open({ onBroken: (cause) => void causes.push(cause) });
  const lost = store.transact(() => {
    throw sqliteError('SQLITE_IOERR_READ');
  });
  await turns();
  expect(causes).toMatchObject([{ code: 'SQLITE_IOERR_READ' }]);
  expect(await isSettled(lost)).toBe(false);
});

it('refuses the whole batch when the disk is full, records nothing of it, and goes on when there is room', async () => {
  const sqlite = watchSqlite();
  const store = storePlace().open();
  await store.transact((tx) => note(tx));
  const { changed, fill, empty } = fillable(sqlite.databases.find(({ name }) => name.endsWith('.db')));
  fill();
  const results = await Promise.allSettled([1, 2].map(() => store.transact((tx) => addMuch(tx))));
  expect(results).toMatchObject([1, 2].map(() => ({ status: 'rejected', reason: { code: 'STORE_FULL' } })));
  expect(store.lastWriteFailed()).toBe(true);
  expect([store.committed.lastSeq(), changed()]).toEqual([0, 1]);
  empty();
  expect(await store.transact((tx) => note(tx))).toBe(1);
  expect(store.lastWriteFailed()).toBe(false);
});

it('refuses a work when ten thousand wait, and runs those', async () => {
  const store = storePlace().open();
  const waiting = Array.from({ length: 10_000 }, () => store.transact((tx) => tx.lastSeq()));
  await expect(store.transact((tx) => tx.lastSeq())).rejects.toMatchObject({ code: 'STORE_FULL' });
  expect(new Set(await Promise.all(waiting))).toEqual(new Set([-1]));
  expect(await store.transact((tx) => note(tx))).toBe(0);
});

function addMuch(tx: Transaction): number {
  for (let more = 0; more < 50; more += 1) note(tx);
  return tx.lastSeq();
}

/** SQLite itself says that it is full: it may not take one page more than it has. */
function fillable(db: import('better-sqlite3').Database | undefined) {
  if (db === undefined) throw new Error('no database was opened');
  const most = Number(db.pragma('max_page_count', { simple: true }));
  const entries = db.prepare('SELECT count(*) FROM entries').pluck();
  return {
    changed: () => entries.get(),
    fill: () => void db.pragma(`max_page_count = ${String(db.pragma('page_count', { simple: true }))}`),
    empty: () => void db.pragma(`max_page_count = ${most}`),
  };
}
