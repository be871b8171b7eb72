import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import Sqlite, { type Database } from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../../store/sqlite/open.ts';
import { purgerOf } from '../../../store/sqlite/purge.ts';
import { AT } from '../../conformance/a-request.ts';
import { storePlace } from './a-store.ts';

const KEYTURN = { kind: 'keyturn' } as const;

const CANARY = /canary [0-9]+ [0-9a-f]{16}/g;

/** How often each of our texts stands in these bytes. */
function counted(bytes: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [text] of bytes.matchAll(CANARY)) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

const rawTexts = (file: string) => counted(readFileSync(file, 'latin1'));

/**
 * Rows that grow, as requests do: their pages are split, and some text stays behind in the unused part of
 * a page. Returns a text that the file holds more often than its rows do, and the row.
 */
function leaveACopyBehind(db: Database, file: string): { readonly text: string; readonly name: string } {
  const add = db.prepare("INSERT INTO facts (name, value) VALUES (?, '')");
  const grow = db.prepare('UPDATE facts SET value = ? WHERE name = ?');
  const pad = (row: number, times: number) => 'x'.repeat((row * times) % 900);
  const some = db.transaction((from: number) => {
    for (let row = from; row < from + 20; row += 1) {
      const text = `canary ${row} ${randomBytes(8).toString('hex')}`;
      add.run(`row ${row}`);
      grow.run(`${text}${pad(row, 97)}`, `row ${row}`);
      grow.run(`${text}${pad(row, 131)}`, `row ${(row * 7_919) % (row + 1)}`);
    }
  });
  for (let from = 0; from < 8_000; from += 20) some(from);
  db.pragma('wal_checkpoint(TRUNCATE)');
  const raw = rawTexts(file);
  const rows = db.prepare<[], { name: string; value: string }>('SELECT name, value FROM facts').all();
  const live = counted(rows.map(({ value }) => value).join('\n'));
  for (const { name, value } of rows) {
    const [text] = value.match(CANARY) ?? [];
    if (text !== undefined && live.get(text) === 1 && (raw.get(text) ?? 0) > 1) return { text, name };
  }
  throw new Error('no page kept a copy; this SQLite may no longer do that');
}

it('finds and removes the copy that SQLite leaves in a page that was split', async () => {
  const { file } = storePlace();
  const db = openDatabase(file);
  onTestFinished(() => void db.close());
  const { text, name } = leaveACopyBehind(db, file);
  db.prepare('DELETE FROM facts WHERE name = ?').run(name);
  db.pragma('wal_checkpoint(TRUNCATE)');
  // This is what a purge that trusts `secure_delete` would leave.
  expect(rawTexts(file).get(text)).toBeGreaterThan(0);
  const purger = purgerOf(db, file);
  expect(await purger.purge([Buffer.from(text)])).toBe('gone');
  expect(rawTexts(file).get(text)).toBeUndefined();
  purger.close();
});

it('answers for the erasures before it alone', async () => {
  const { file, open } = storePlace();
  const store = open();
  await store.transact((tx) => {
    for (const source of ['one', 'two']) {
      const event = {
        type: 'client.refused',
        code: 'INVALID',
        call: 'x',
        times: 1,
        text: { source },
      } as const;
      tx.append(event, KEYTURN, AT, null);
    }
  });
  const salt = store.committed.disclosure(0, 'source')?.salt ?? new Uint8Array();
  await store.transact((tx) => tx.eraseDisclosure(0, 'source'));
  const first = store.purge([salt]);
  await store.transact((tx) => tx.eraseDisclosure(1, 'source'));
  expect(await first).toBe('gone');
  const beside = new Sqlite(file, { readonly: true });
  const marked = () => beside.prepare("SELECT count(*) FROM facts WHERE name = 'unpurged'").pluck().get();
  expect(marked()).toBe(1);
  expect(await store.purge(null)).toBe('gone');
  expect(marked()).toBe(0);
  beside.close();
});

it('finds a trace that lies across two pieces of the reading', async () => {
  const { file } = storePlace();
  const db = openDatabase(file);
  onTestFinished(() => void db.close());
  db.prepare("INSERT INTO facts (name, value) VALUES ('long', ?)").run('z'.repeat(3 << 20));
  db.pragma('wal_checkpoint(TRUNCATE)');
  const bytes = readFileSync(file);
  const purger = purgerOf(db, file);
  for (const at of [(1 << 20) - 5, (2 << 20) - 1]) {
    // A page's own bytes around the border: overflow pages begin with a number that no other has.
    const trace = bytes.subarray(at - 20, at + 20);
    expect(bytes.indexOf(trace)).toBe(at - 20);
    expect(await purger.purge([trace])).toBe('standing');
  }
  purger.close();
});

/** The most memory that this process ever held. */
function peakBytes(): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
}

it('puts a large file together anew without holding it in memory', async (context) => {
  if (process.platform !== 'linux') context.skip('needs /proc, which only Linux has');
  const { file } = storePlace();
  const db = openDatabase(file);
  onTestFinished(() => void db.close());
  const add = db.prepare('INSERT INTO facts (name, value) VALUES (?, ?)');
  const some = db.transaction((from: number) => {
    for (let row = from; row < from + 100; row += 1)
      add.run(`large ${row}`, randomBytes(10_000).toString('hex'));
  });
  for (let from = 0; from < 8_000; from += 100) some(from);
  add.run('unpurged', '1');
  const purger = purgerOf(db, file);
  onTestFinished(() => purger.close());
  db.pragma('wal_checkpoint(TRUNCATE)');
  const before = peakBytes();
  expect(await purger.purge(null)).toBe('gone');
  // 160 MB in the file; the page cache is 64 MB at most.
  expect(statSync(file).size).toBeGreaterThan(150e6);
  expect(peakBytes() - before).toBeLessThan(100e6);
  expect(db.pragma('temp_store', { simple: true })).toBe(2);
});
