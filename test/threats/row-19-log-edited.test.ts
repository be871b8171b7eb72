import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import { takeCheckpoint } from '../../bot/app/take-checkpoint.ts';
import { canonicalJson, type Json } from '../../bot/core/canonical-json.ts';
import { leafHash } from '../../store/audit/entry.ts';
import { readFromLeaves, rootOf } from '../../store/audit/merkle-proof.ts';
import { readVerifierKey } from '../../store/audit/verifier-key.ts';
import { anExecuting, report, submit } from '../connectors/api/world.ts';
import { exportBundle, type UnpackedBundle, verifierKey, verifyAlone } from '../helpers/bundle.ts';
import { aNotary } from '../helpers/log-context.ts';
import { startKeyturn, type TestKeyturn } from '../helpers/start-keyturn.ts';
import { rechain } from '../store/audit/forge.ts';

const CLI = join(import.meta.dirname, '../../dist/bot/cli/keyturn.js');

interface Told {
  readonly exit: number;
  readonly problem: { readonly seq: number | null; readonly why: string } | null;
}

function cli(...args: readonly string[]): Told {
  const { stdout } = spawnSync(process.execPath, [CLI, 'audit', 'verify', ...args, '--json'], {
    encoding: 'utf8',
  });
  return JSON.parse(stdout) as Told;
}

/** A log, the note of its middle, and a file with the note of its end, as somebody outside keeps them. */
async function aKeptLog() {
  const keyturn = await startKeyturn();
  const { context } = keyturn.keyturn;
  const keep = async (name: string) => {
    const note = (await takeCheckpoint(context))?.note ?? '';
    const file = join(keyturn.dataDir, '..', name);
    writeFileSync(file, note);
    return { file, note, size: Number(note.split('\n')[1]) };
  };
  await report(keyturn, await anExecuting(keyturn));
  const middle = await keep('middle.note');
  await report(keyturn, await anExecuting(keyturn, { payload: { nth: 2 } }));
  const end = await keep('end.note');
  return { keyturn, middle, end, key: verifierKey(keyturn), database: join(keyturn.dataDir, 'keyturn.db') };
}

/** Somebody who has the file in their hands, and whom no trigger stops. */
function edited(keyturn: TestKeyturn, sql: string): string {
  const copy = join(
    keyturn.dataDir,
    '..',
    `edited-${createHash('sha256').update(sql).digest('hex').slice(0, 8)}.db`,
  );
  const live = new Sqlite(join(keyturn.dataDir, 'keyturn.db'));
  live.exec(`VACUUM INTO '${copy}'`);
  live.close();
  const db = new Sqlite(copy);
  db.pragma('foreign_keys = OFF');
  const names = db.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck().all();
  for (const name of names) db.exec(`DROP TRIGGER ${name}`);
  db.exec(sql);
  db.close();
  return copy;
}

it('row 19: a database is found edited at the entry that was touched, with key and anchor', async () => {
  const { keyturn, end, key, database } = await aKeptLog();
  const sound = cli(database, '--key', key, '--anchor', end.file);
  expect([sound.exit, sound.problem]).toEqual([0, null]);
  const flip =
    'UPDATE entries SET bytes = CAST(replace(bytes, \'"sw":"\', \'"sw":"X\') AS BLOB) WHERE seq = 7';
  const swap =
    'UPDATE entries SET seq = -1 WHERE seq = 7; UPDATE entries SET seq = 7 WHERE seq = 8; UPDATE entries SET seq = 8 WHERE seq = -1';
  for (const [sql, seq] of [
    [flip, 7],
    ['DELETE FROM entries WHERE seq = 7', 7],
    [swap, 7],
    [`DELETE FROM entries WHERE seq >= ${end.size - 2}`, end.size - 2],
    ["UPDATE checkpoints SET note = replace(note, '1', '2')", null],
    ["UPDATE checkpoint_keys SET key = 'x'", null],
  ] as const) {
    const told = cli(edited(keyturn, sql), '--key', key, '--anchor', end.file);
    expect([sql, told.exit]).toEqual([sql, 1]);
    if (seq !== null) expect([sql, told.problem?.seq]).toEqual([sql, seq]);
  }
});

it('row 19: a cut tail and a restored backup show against a checkpoint that somebody holds, and only there', async () => {
  const { keyturn, middle, key } = await aKeptLog();
  const backup = await exportBundle(keyturn);
  const size = backup.lines('events.jsonl').length;
  await submit(keyturn, { payload: { later: true } });
  const later = (await takeCheckpoint(keyturn.keyturn.context))?.note ?? '';
  const held = join(backup.folder, '../held.note');
  writeFileSync(held, later);
  expect(verifyAlone(backup, '--key', key).exit).toBe(3);
  expect(verifyAlone(backup, '--key', key, '--anchor', middle.file).exit).toBe(0);
  const { exit, out } = verifyAlone(backup, '--key', key, '--anchor', held);
  expect(exit).toBe(1);
  expect(out).toContain(`TAMPERED at entry ${size}: it is missing`);
  expect(out).toContain('What you hold from outside shows another log than this one, or a longer one.');
});

/** The bundle with one entry changed and everything that can be computed computed anew, signed by this notary. */
function rewritten(
  bundle: UnpackedBundle,
  notary: ReturnType<typeof aNotary>,
  changed: number,
): UnpackedBundle {
  const folder = `${bundle.folder}-rewritten-${changed}-${notary.keyFor('x/1').slice(-6).replace(/\W/g, '')}`;
  cpSync(bundle.folder, folder, { recursive: true });
  const log = bundle.lines('events.jsonl').map((line) => JSON.parse(line) as { [key: string]: Json });
  const victim = log[changed];
  if (victim !== undefined) victim['sw'] = 'keyturn/forged';
  const lines = rechain(log);
  const root = rootOf(lines.length, readFromLeaves(lines.map((line) => leafHash(line))));
  const note = notary.sign({ origin: 'test/log/1', size: lines.length, root });
  writeFileSync(join(folder, 'events.jsonl'), lines.map((line) => `${line.toString()}\n`).join(''));
  writeFileSync(join(folder, 'checkpoint.note'), note);
  const gone = bundle.names.filter((name) => /^(reports|proofs|checkpoints)\//.test(name));
  spawnSync('rm', ['-r', ...['reports', 'proofs', 'checkpoints'].map((name) => join(folder, name))]);
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
  manifest.checkpoint.root = Buffer.from(root).toString('hex');
  manifest.reports.names = [];
  manifest.files = manifest.files
    .filter(({ path }: { path: string }) => !gone.includes(path))
    .map(({ path }: { path: string }) => {
      const bytes = readFileSync(join(folder, path));
      return { path, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
    });
  writeFileSync(join(folder, 'manifest.json'), `${canonicalJson(manifest)}\n`);
  return { ...bundle, folder };
}

it('row 19: a log that was written anew with another key is not signed by the one that you hold', async () => {
  const { keyturn, key, middle } = await aKeptLog();
  const forged = rewritten(await exportBundle(keyturn), aNotary(9), 5);
  for (const args of [[], ['--anchor', middle.file]]) {
    const { exit, out } = verifyAlone(forged, '--key', key, ...args);
    expect(exit).toBe(1);
    expect(out).toContain('by no key that was given');
    expect(out).toContain('Nobody who holds the key that you trust has signed this.');
  }
});

it('row 19: a log that was written anew with the real key shows from the first entry that an anchor has otherwise', async () => {
  const { keyturn, key, middle, end } = await aKeptLog();
  const bundle = await exportBundle(keyturn);
  const { notary } = keyturn.keyturn.context;
  const verify = (changed: number, ...anchors: readonly string[]) =>
    verifyAlone(
      rewritten(bundle, notary, changed),
      '--key',
      key,
      ...anchors.flatMap((file) => ['--anchor', file]),
    );
  const early = verify(5, middle.file);
  expect([early.exit, early.out]).toEqual([
    1,
    expect.stringMatching(/TAMPERED at entry 0: entries 0 to \d+ are not those/),
  ]);
  const late = verify(middle.size + 1, middle.file, end.file);
  expect([late.exit, late.out]).toEqual([
    1,
    expect.stringContaining(`TAMPERED at entry ${middle.size}: entries`),
  ]);
  // Who holds the key can change what nobody outside has seen. That is what the window means.
  const unseen = verify(middle.size + 1, middle.file);
  expect([unseen.exit, unseen.out]).toEqual([
    0,
    expect.stringMatching(/came after it, \d+ entries, is confirmed by the log's own key alone/),
  ]);
});

it('row 19: a key of low order is refused, also when a bundle comes with a fitting signature', async () => {
  const { keyturn } = await aKeptLog();
  const bundle = await exportBundle(keyturn);
  const point = Buffer.concat([Buffer.of(1), Buffer.from('01'.padEnd(64, '0'), 'hex')]);
  const id = createHash('sha256').update('test/log/1\n').update(point).digest('hex').slice(0, 8);
  const key = `test/log/1+${id}+${point.toString('base64')}`;
  expect(readVerifierKey(key)).toEqual({ why: 'it is a key of low order, which anybody can sign for' });
  // Under this point every signature of R = A and S = 0 holds for every text.
  const text = bundle.read('checkpoint.note').split('\n\n')[0];
  const forged = Buffer.concat([Buffer.from(id, 'hex'), point.subarray(1), Buffer.alloc(32)]);
  writeFileSync(
    join(bundle.folder, 'checkpoint.note'),
    `${text}\n\n— test/log/1 ${forged.toString('base64')}\n`,
  );
  const { exit, out } = verifyAlone(bundle, '--key', key);
  expect([exit, out]).toEqual([2, expect.stringContaining('of low order')]);
});
