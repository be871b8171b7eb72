import { expect, it } from 'vitest';
import { compileWindows } from '../../bot/cron.ts';
import { HOUR, readLog } from '../connectors/api/world.ts';
import { ONE_KEY } from '../helpers/rulebook.ts';
import type { TestKeyturn } from '../helpers/start-keyturn.ts';
import { untilState } from '../queue/runs/world.ts';
import { aBot, FAILED, LEASE } from './claims-world.ts';

it('row 2: who says ten times that it ended otherwise, or cannot say, fills no log', async () => {
  const { keyturn, approved, claim, finish, state, late } = await aBot('idempotent');
  const id = await approved('1');
  await claim('a', id);
  keyturn.clock.advance(LEASE);
  await claim('b', id);
  await finish('a', id, 1, { status: 'unknown' });
  expect(await late()).toEqual([]);
  for (let times = 0; times < 12; times += 1) await finish('a', id, 1, { ...FAILED, exitCode: times });
  expect((await late()).length).toBe(10);
  await finish('b', id, 2);
  expect(await state(id)).toBe('succeeded');
});

it('row 2: a number that was never given out is nobody’s, and before a claim there is nothing to end', async () => {
  const { approved, claim, finish, keep, state, late } = await aBot('idempotent');
  const id = await approved('1');
  const FORBIDDEN = { ok: false, code: 'FORBIDDEN' };
  expect(await finish('a', id, 1)).toMatchObject(FORBIDDEN);
  expect(await keep('a', id, 1)).toMatchObject(FORBIDDEN);
  await claim('a', id);
  for (const [worker, attempt] of [
    ['a', 2],
    ['b', 1],
  ] as const)
    expect(await finish(worker, id, attempt)).toMatchObject(FORBIDDEN);
  expect(await keep('a', id, 2)).toMatchObject({ ok: false });
  expect([await state(id), await late()]).toEqual(['executing', []]);
});

it('row 2: its requester neither ends nor keeps what Keyturn runs, nor does it run what a worker was given', async () => {
  const { keyturn, approved, claim, state } = await aBot('once');
  const id = await approved('1');
  const claimed = await claim('a', id);
  if (!claimed.ok) throw new Error(claimed.code);
  const { payload } = claimed.job.grant as { payload: string };
  const { nonce } = JSON.parse(Buffer.from(payload, 'base64').toString()) as { nonce: string };
  const call = async (what: string, body: object) =>
    (await keyturn.post('agent', `/v1/requests/${id}/${what}`, { nonce, ...body })).body.code;
  expect(await call('outcome', { status: 'succeeded', exit_code: 0 })).toBe('FORBIDDEN');
  expect(await call('heartbeat', {})).toBe('FORBIDDEN');
  expect(await state(id)).toBe('executing');
});

it('row 2: the same word of the same try is no evidence; another word, another code, another try is', async () => {
  const { keyturn, approved, claim, finish, late } = await aBot('idempotent');
  const id = await approved('1');
  await claim('a', id);
  keyturn.clock.advance(LEASE);
  await claim('b', id);
  await finish('b', id, 2, { exitCode: 0 });
  await finish('b', id, 2, { exitCode: 0 });
  expect(await late()).toEqual([]);
  await finish('b', id, 2, { status: 'failed', exitCode: 0 });
  await finish('b', id, 2, { exitCode: 3 });
  await finish('a', id, 1, { exitCode: 0 });
  const said = (await late()).map(({ actor, data }) => [actor.worker, data['status'], data['exit_code']]);
  expect(said).toEqual([
    ['b', 'failed', 0],
    ['b', 'succeeded', 3],
    ['a', 'succeeded', 0],
  ]);
});

async function settledBy(keyturn: TestKeyturn, id: string, status: string): Promise<number> {
  return (await keyturn.post('bob', `/v1/requests/${id}/settle`, { status, comment: 'looked' })).status;
}

it('row 2: what its worker says after a person has settled it is evidence, and not the outcome', async () => {
  const { keyturn, approved, claim, finish, state, late } = await aBot('once');
  const id = await approved('1');
  await claim('a', id);
  keyturn.clock.advance(LEASE);
  await untilState(keyturn, id, 'unknown');
  expect(await settledBy(keyturn, id, 'failed')).toBe(200);
  await finish('a', id, 1, { status: 'failed', exitCode: null });
  await finish('a', id, 1);
  expect([await state(id), (await late()).length]).toEqual(['failed', 2]);
});

it('row 2: what may not run yet is offered again and again, and says so once an hour for each reason', async () => {
  const plan = { ...ONE_KEY, usableForMs: 24 * HOUR };
  const { keyturn, approved, claim } = await aBot('once', {}, { default: { effect: 'require', plan } });
  const id = await approved('1');
  const windows = compileWindows('0 0 * * *', 24 * HOUR, 'UTC');
  if (!windows.ok) throw new Error(windows.problem);
  const { actions } = keyturn.keyturn.context.rulebook;
  const freezes = [{ id: 'today', match: {}, windows: windows.windows }];
  await keyturn.reload({ version: '2', actions, freezes, default: { effect: 'require', plan } });
  const told = async () => {
    const log = await readLog(keyturn);
    return log.filter(({ type }) => type === 'grant.refused').map(({ data }) => data['code']);
  };
  for (let times = 0; times < 20; times += 1) {
    expect(await claim('a', id)).toMatchObject({ ok: false, code: 'FREEZE_IN_FORCE' });
    keyturn.clock.advance(3_000);
  }
  expect(await told()).toEqual(['FREEZE_IN_FORCE']);
  await claim('a', id, null);
  expect(await told()).toEqual(['FREEZE_IN_FORCE', 'UNAUTHENTICATED']);
  keyturn.clock.advance(HOUR);
  await claim('a', id);
  expect(await told()).toEqual(['FREEZE_IN_FORCE', 'UNAUTHENTICATED', 'FREEZE_IN_FORCE']);
  // The nineteen in between are not lost.
  const others = (await readLog(keyturn)).filter(({ type }) => type === 'client.refused');
  expect(others.map(({ data }) => [data['code'], data['times']])).toEqual([['FREEZE_IN_FORCE', 19]]);
});
