import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { readVerifierKey } from '../../store/audit/verifier-key.ts';
import { verifyDatabase } from '../../store/sqlite/verify-database.ts';
import { anExecuting, report } from '../connectors/api/world.ts';
import { unpack, verifierKey, verifyAlone } from '../helpers/bundle.ts';
import { startKeyturn } from '../helpers/start-keyturn.ts';

const PRUNE = join(import.meta.dirname, 'prune.mjs');
const DAY_MS = 86_400_000;
/** Two tiles of entries are old, and only whole tiles go. */
const BEFORE = 512;

function aFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'keyturn-prune-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** An old log on disk, with checkpoints of its time; and the moment at which all of it is too old. */
async function anOldLog() {
  const dir = aFolder();
  const keyturn = await startKeyturn({}, { dir });
  const { context } = keyturn.keyturn;
  for (const nth of [1, 2, 3]) await report(keyturn, await anExecuting(keyturn, { payload: { nth } }));
  await keyturn.get('carol', '/v1/audit/proof/0');
  await context.store.transact((tx) => {
    for (let nth = 0; nth < 600; nth += 1)
      tx.append({ type: 'log.heartbeat' }, { kind: 'keyturn' }, keyturn.clock.wall(), null);
  });
  const key = verifierKey(keyturn);
  await keyturn.stop();
  return { dir, key, now: keyturn.clock.wall() + 401 * DAY_MS };
}

type Old = Awaited<ReturnType<typeof anOldLog>>;

function prune(dir: string, { now }: Old, skip?: number) {
  const env = {
    PATH: process.env['PATH'],
    FAULT_DIR: dir,
    FAULT_NOW: String(now),
    FAULT_SKIP: String(skip ?? 'never'),
  };
  return spawnSync(process.execPath, [PRUNE], { env, encoding: 'utf8' });
}

/** Every entry of the old part, either in the database or whole in the archive that the log names. */
async function expectNothingLost(dir: string, { key }: Old): Promise<number> {
  const file = join(dir, 'data', 'keyturn.db');
  const db = new Sqlite(file, { readonly: true });
  const pruned = db.prepare<[], Buffer>("SELECT bytes FROM entries WHERE type = 'log.pruned'").pluck().get();
  const inDatabase = db
    .prepare<[number], number>('SELECT count(*) FROM entries WHERE seq < ?')
    .pluck()
    .get(BEFORE);
  db.close();
  if (pruned === undefined) expect(inDatabase).toBe(BEFORE);
  else {
    const { data } = JSON.parse(pruned.toString('utf8')) as { data: { before: number; archive: string } };
    const [name = ''] = readdirSync(join(dir, 'archive')).filter((one) => one.endsWith('.tar.gz'));
    const archive = readFileSync(join(dir, 'archive', name));
    expect(data.archive).toBe(`sha256:${createHash('sha256').update(archive).digest('hex')}`);
    const bundle = unpack(archive);
    expect([bundle.lines('events.jsonl').length, data.before]).toEqual([BEFORE, BEFORE]);
    expect(verifyAlone(bundle, '--key', key).exit).toBe(3);
  }
  const trusted = readVerifierKey(key);
  if (!('key' in trusted)) throw new Error(trusted.why);
  const judged = await verifyDatabase(file, { key: trusted.key, outside: [] });
  expect(judged.problem).toBeNull();
  expect(judged.hasTree).toBe(true);
  expect(judged.signed?.size).toBeGreaterThan(0);
  return judged.firstSeq ?? -1;
}

it('row 24: kill -9 between any two steps of retention loses no entry, and older checkpoints still verify', {
  timeout: 600_000,
}, async () => {
  const old = await anOldLog();
  const rehearsal = aFolder();
  cpSync(old.dir, rehearsal, { recursive: true });
  const whole = prune(rehearsal, old);
  expect(whole.stderr).toBe('');
  const steps = JSON.parse(whole.stdout) as readonly string[];
  expect(await expectNothingLost(rehearsal, old)).toBe(BEFORE);
  // Archive and prune are both in it.
  for (const name of ['before rename', 'after rename', 'before appendFile'])
    expect(steps, name).toContain(name);

  // Each sort of step where it comes first and where it comes last.
  const tried = steps.flatMap((name, at) =>
    steps.indexOf(name) === at || steps.lastIndexOf(name) === at ? [at] : [],
  );
  const left = new Set<number>();
  for (const at of tried) {
    const dir = join(aFolder(), 'copy');
    cpSync(old.dir, dir, { recursive: true });
    const died = prune(dir, old, at);
    expect([died.signal, readFileSync(join(dir, 'marker'), 'utf8')]).toEqual(['SIGKILL', steps[at]]);
    left.add(await expectNothingLost(dir, old));
    // The next run does what is left to do, and leaves nothing half-written behind.
    expect(prune(dir, old).stderr).toBe('');
    expect(await expectNothingLost(dir, old)).toBe(BEFORE);
    expect(readdirSync(join(dir, 'archive')).filter((name) => name.endsWith('.part'))).toEqual([]);
    expect(existsSync(join(dir, 'archive'))).toBe(true);
    rmSync(dir, { recursive: true });
  }
  // It died before and after the moment from which the old part is gone.
  expect([...left].sort((a, b) => a - b)).toEqual([0, BEFORE]);
});
