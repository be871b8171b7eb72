import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import { claimAction } from '../../bot/app/run-action.ts';
import { storyOf } from '../connectors/api/world.ts';
import { startKeyturn } from '../helpers/start-keyturn.ts';
import { FakeExecutor, submitApproved, untilState } from '../queue/runs/world.ts';
import { aBot, LEASE } from './claims-world.ts';
import { actionsOf, actionsRunBy, aFolder, commandOf } from './run-world.ts';

/** Held by what runs before it, so that something can happen between its approval and its start. */
async function heldBack() {
  const first = new FakeExecutor('once');
  const keyturn = await startKeyturn({ actions: actionsRunBy(first) });
  first.onRun = () => new Promise(() => undefined);
  const running = await submitApproved(keyturn, { version: '0' });
  await untilState(keyturn, running.id, 'executing');
  const waiting = await submitApproved(keyturn, { version: '1' });
  return { keyturn, first, running, waiting };
}

function changeStored(dataDir: string): void {
  const db = new Sqlite(join(dataDir, 'keyturn.db'));
  db.exec('DROP TRIGGER actions_no_update');
  db.exec(`UPDATE actions SET text = replace(text, '"version":"1"', '"version":"2"')`);
  db.close();
}

it('row 1: stored bytes that were changed behind our back are not run', async () => {
  const { keyturn, waiting } = await heldBack();
  await keyturn.stop();
  changeStored(keyturn.dataDir);
  const executor = new FakeExecutor('once');
  const after = await keyturn.restart({ actions: actionsRunBy(executor) });
  after.clock.advance(31_000);
  await expect
    .poll(async () => (await storyOf(after, waiting)).filter((type) => type === 'grant.refused').length)
    .toBeGreaterThan(0);
  expect(executor.jobs).toEqual([]);
  expect((await after.get('bob', `/v1/requests/${waiting.id}`)).body.state).toBe('approved');
}, 30_000);

it('row 1: stored bytes that were changed after the first try began are not run by a later one', async () => {
  const { keyturn, approved, claim } = await aBot('idempotent');
  const id = await approved('1');
  expect(await claim('a', id)).toMatchObject({ ok: true });
  await keyturn.stop();
  changeStored(keyturn.dataDir);
  const after = await keyturn.restart();
  after.clock.advance(LEASE);
  expect(await claimAction(after.keyturn.context, 'b', id)).toMatchObject({ code: 'DIGEST_MISMATCH' });
}, 30_000);

it('row 1: a config that would run something else takes the approval back, and runs neither', async () => {
  const folder = aFolder();
  const good = folder.program('good.sh', `echo good >> ${folder.path}/ran`);
  const other = folder.program('other.sh', `echo other >> ${folder.path}/ran`);
  const { keyturn, waiting } = await heldBack();
  for (const [version, program] of [
    ['2', good],
    ['3', other],
  ] as const) {
    await keyturn.reload({ version, actions: actionsOf(commandOf([program], folder.path)) });
    expect((await keyturn.get('bob', `/v1/requests/${waiting.id}`)).body.state).toBe('revoked');
  }
  expect(folder.has('ran')).toBe(false);
}, 30_000);

it('row 1: what runs is what was stored, whatever the requester asks meanwhile', async () => {
  const folder = aFolder();
  const program = folder.program('run.sh', `printf '%s' "$1" > ${folder.path}/ran`);
  const actions = actionsOf(commandOf([program, '{/version}'], folder.path));
  const keyturn = await startKeyturn({ actions });
  const asked = await submitApproved(keyturn, { version: 'approved' });
  const changed = { ...asked, payload: { version: 'changed' } };
  await keyturn.post('agent', `/v1/requests/${asked.id}/consume`, changed);
  await untilState(keyturn, asked.id, 'succeeded');
  expect(folder.read('ran')).toBe('approved');
}, 30_000);
