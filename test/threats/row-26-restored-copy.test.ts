import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openEpoch } from '../../bot/app/open-epoch.ts';
import { claimAction } from '../../bot/app/run-action.ts';
import { takeCheckpoint } from '../../bot/app/take-checkpoint.ts';
import { closeLog } from '../../bot/close-log.ts';
import type { RequestId } from '../../bot/core/request.ts';
import { openLog } from '../../bot/open-log.ts';
import { anApproved, consume, expectProblem, readLog, submit } from '../connectors/api/world.ts';
import { QUIET_AUDIT } from '../helpers/log-context.ts';
import { seededRandom } from '../helpers/seeded-random.ts';
import { startKeyturn, type TestKeyturn } from '../helpers/start-keyturn.ts';
import { FakeExecutor, submitApproved, untilState } from '../queue/runs/world.ts';
import { actionsRunBy } from './run-world.ts';

function aDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'keyturn-restored-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

const anchorsIn = (dir: string) => [{ kind: 'file', path: join(dir, 'anchor.notes') }] as const;

/** An installation that had an approved request when it was copied, and ran it after that. */
async function runAfterCopy(dir: string) {
  const audit = { anchors: anchorsIn(dir) };
  const keyturn = await startKeyturn({}, { dir, audit });
  const approved = await anApproved(keyturn);
  await keyturn.stop();
  cpSync(join(dir, 'data'), join(dir, 'backup'), { recursive: true });
  const later = await keyturn.restart();
  expect((await consume(later, approved)).status).toBe(200);
  await later.stop();
  return { keyturn: later, approved };
}

function putBack(dir: string): void {
  rmSync(join(dir, 'data'), { recursive: true });
  cpSync(join(dir, 'backup'), join(dir, 'data'), { recursive: true });
}

async function expectBlocked(keyturn: TestKeyturn, approved: Parameters<typeof consume>[1]) {
  expectProblem(await consume(keyturn, approved), 'UNAVAILABLE');
  const ready = await keyturn.get('agent', '/readyz');
  expect(ready.status).toBe(503);
  expect(ready.body.reason).toMatch(/(older copy|two logs).*nothing is signed or released/);
}

it('row 26: a restored copy runs nothing a second time: the anchor knows of a later log', async () => {
  const dir = aDir();
  const { keyturn, approved } = await runAfterCopy(dir);
  putBack(dir);
  const restored = await keyturn.restart();
  await expectBlocked(restored, approved);
  // It still takes part in everything that can be undone, and signs none of it.
  await submit(restored);
  expect(await takeCheckpoint(restored.keyturn.context)).toBeNull();
  await restored.stop();
  const again = await restored.restart();
  await expectBlocked(again, approved);
});

it('row 26: an operator who opens a new epoch, with a reason that stays in the log, lets it go on', async () => {
  const dir = aDir();
  const { keyturn, approved } = await runAfterCopy(dir);
  putBack(dir);
  const place = {
    dataDir: join(dir, 'data'),
    keyDir: join(dir, 'keys'),
    log: 'test/log',
    audit: { ...QUIET_AUDIT, anchors: anchorsIn(dir) },
  };
  const machine = {
    clock: keyturn.clock,
    random: seededRandom('operator'),
    onBroken: (cause: unknown) => {
      throw cause;
    },
  };
  const opened = await openLog(place, machine, 'a new epoch');
  await openEpoch(opened.log, { operator: 'root', reason: 'the disk was lost at noon' });
  await closeLog(opened.log, opened.anchors);

  const again = await keyturn.restart();
  expect((await again.get('agent', '/readyz')).status).toBe(200);
  // It ran after the copy was made, and the new epoch does not know that.
  expectProblem(await consume(again, approved), 'NOT_APPROVED');
  expect((await again.get('alice', `/v1/requests/${approved.id}`)).body.state).toBe('revoked');
  const fresh = await anApproved(again, { payload: { nth: 2 } });
  expect((await consume(again, fresh)).status).toBe(200);
  const note = (await again.get('agent', '/v1/audit/checkpoint')).text;
  expect(note.split('\n')[0]).toBe('test/log/2');
  const entries = (await again.get('carol', '/v1/audit/entries?limit=1000')).text.trimEnd().split('\n');
  const logs = entries.map((line) => JSON.parse(line).log);
  const opening = (await readLog(again)).findIndex(({ type }) => type === 'log.epoch_opened');
  expect(logs.slice(0, opening).every((log) => log === 'test/log/1')).toBe(true);
  expect(logs.slice(opening).every((log) => log === 'test/log/2')).toBe(true);

  // The copy of before is now behind an epoch as well, and still runs nothing.
  await again.stop();
  putBack(dir);
  expect((await (await again.restart()).get('agent', '/readyz')).status).toBe(503);
});

it('row 26: another log that goes on from the same copy is not taken for the real one', async () => {
  const dir = aDir();
  const audit = { anchors: anchorsIn(dir) };
  const keyturn = await startKeyturn({}, { dir, audit });
  await submit(keyturn);
  await keyturn.stop();
  cpSync(join(dir, 'data'), join(dir, 'backup'), { recursive: true });
  const real = await keyturn.restart();
  await submit(real, { payload: { nth: 1 } });
  await real.stop();
  putBack(dir);
  // Somebody runs the copy for a while where the anchor is out of sight, until it is longer.
  const elsewhere = await startKeyturn({}, { dir, clock: real.clock, audit: { anchors: [] } });
  for (let nth = 10; nth < 20; nth += 1) await submit(elsewhere, { payload: { nth } });
  await elsewhere.stop();
  const back = await startKeyturn({}, { dir, clock: real.clock, audit });
  const ready = await back.get('agent', '/readyz');
  expect([ready.status, ready.body.reason]).toEqual([503, expect.stringContaining('they are two logs')]);
});

it('row 26: a copy of the data without its keys signs nothing in its name', async () => {
  const dir = aDir();
  const keyturn = await startKeyturn({}, { dir });
  await submit(keyturn);
  await keyturn.stop();
  rmSync(join(dir, 'keys'), { recursive: true });
  await expect(startKeyturn({}, { dir, clock: keyturn.clock })).rejects.toThrow(
    expect.objectContaining({ code: 'KEY_UNUSABLE', message: expect.stringContaining('put it back') }),
  );
  const other = startKeyturn({}, { dir: aDir(), clock: keyturn.clock });
  await (await other).stop();
  cpSync(join((await other).dataDir, '../keys'), join(dir, 'keys'), { recursive: true });
  await expect(startKeyturn({}, { dir, clock: keyturn.clock })).rejects.toThrow(
    expect.objectContaining({
      code: 'KEY_UNUSABLE',
      message: expect.stringContaining('Put the right key back'),
    }),
  );
});

it('row 26: nor does a restored copy carry out itself what it has approved: it may have run long ago', async () => {
  const dir = aDir();
  const executor = new FakeExecutor('once');
  const actions = actionsRunBy(executor);
  const hands = (concurrency: number) => ({ queue: { driver: 'embedded', concurrency } }) as const;
  const audit = { anchors: anchorsIn(dir) };
  const keyturn = await startKeyturn({ actions }, { dir, audit, config: hands(0) });
  const { id } = await submitApproved(keyturn);
  await keyturn.stop();
  cpSync(join(dir, 'data'), join(dir, 'backup'), { recursive: true });
  const { clock } = keyturn;
  const later = await startKeyturn({ actions }, { dir, audit, clock, config: hands(1) });
  await untilState(later, id, 'succeeded');
  await later.stop();
  putBack(dir);
  const restored = await startKeyturn({ actions }, { dir, audit, clock, config: hands(1) });
  // Longer than a look at what is to be run.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(executor.jobs).toHaveLength(1);
  expect((await restored.get('bob', `/v1/requests/${id}`)).body.state).toBe('approved');
  const { context } = restored.keyturn;
  expect(await claimAction(context, 'w', id as RequestId)).toMatchObject({ code: 'UNAVAILABLE' });
}, 30_000);
