import { expect, it } from 'vitest';
import { claimAction, finishAction, keepAction } from '../../bot/app/run-action.ts';
import type { RequestId } from '../../bot/core/request.ts';
import type { TryEnded } from '../../bot/ports/executor.ts';
import type { ExecuteSettings } from '../../bot/ports/rulebook.ts';
import { MINUTE, readLog } from '../connectors/api/world.ts';
import { startKeyturn, type TestKeyturn } from '../helpers/start-keyturn.ts';
import { actionsWith, FakeExecutor, submitApproved, untilState } from '../queue/runs/world.ts';

/** Claims by workers that are the test's own. What they may take hangs on the claim alone: a queue is a hint. */

const LEASE = 30_000;

async function aBot(kind: 'idempotent' | 'checkable' | 'once', more: Partial<ExecuteSettings> = {}) {
  const keyturn = await startKeyturn(
    { actions: actionsWith(new FakeExecutor(kind), more) },
    { config: { queue: { driver: 'embedded', concurrency: 0 } } },
  );
  const { context } = keyturn.keyturn;
  return {
    keyturn,
    approved: async (version: string) => (await submitApproved(keyturn, { version })).id as RequestId,
    claim: (worker: string, id: RequestId, labels: readonly string[] | null = []) =>
      claimAction(context, worker, id, { labels: () => labels, challenge: null }),
    keep: (worker: string, id: RequestId, attempt: number) => keepAction(context, worker, id, attempt),
    finish: (
      worker: string,
      id: RequestId,
      attempt: number,
      ended: Partial<TryEnded> = {},
      retryInMs = 1_000,
    ) =>
      finishAction(context, worker, id, {
        attempt,
        ended: { status: 'succeeded', exitCode: 0, detail: null, retryable: false, ...ended },
        retryInMs,
        output: null,
      }),
    state: async (id: RequestId) => (await keyturn.get('bob', `/v1/requests/${id}`)).body.state,
    late: async () => (await readLog(keyturn)).filter(({ type }) => type === 'execution.late_report'),
  };
}

const TAKEN = { ok: false, code: 'ALREADY_CONSUMED' };
const FAILED = { status: 'failed', exitCode: 1, retryable: true } as const;

it('row 2: what runs at the bot and on other machines keeps to one action at a time on one target', async () => {
  const { approved, claim, finish } = await aBot('once');
  const [one, two] = [await approved('1'), await approved('2')];
  expect(await claim('a', one)).toMatchObject({ ok: true });
  expect(await claim('b', two)).toMatchObject({ ok: false, code: 'LIMIT_REACHED' });
  await finish('a', one, 1);
  expect(await claim('b', two)).toMatchObject({ ok: true });
});

it('row 2: no more of an action start in a minute than its rule says', async () => {
  const { keyturn, approved, claim } = await aBot('once', { concurrency: 10, perMinute: 2 });
  const ids = [await approved('1'), await approved('2'), await approved('3')] as const;
  expect(await claim('a', ids[0])).toMatchObject({ ok: true });
  expect(await claim('b', ids[1])).toMatchObject({ ok: true });
  expect(await claim('c', ids[2])).toMatchObject({ ok: false, code: 'LIMIT_REACHED' });
  keyturn.clock.advance(MINUTE + 1);
  expect(await claim('c', ids[2])).toMatchObject({ ok: true });
});

it('row 2: a worker that a reload takes away while its claim waits gets nothing', async () => {
  const { approved, claim, state } = await aBot('once');
  const id = await approved('1');
  expect(await claim('gone', id, null)).toMatchObject({ ok: false, code: 'UNAUTHENTICATED' });
  expect(await state(id)).toBe('approved');
});

it.each<[string, readonly string[], readonly string[]]>([
  ['asks for more since', ['eu'], ['eu', 'prod']],
  ['asked for more when it was approved', ['eu', 'prod'], ['eu']],
])('row 2: an action that %s is not given to who has less', async (_what, before, after) => {
  const { keyturn, approved, claim } = await aBot('once', { runsOn: before });
  const id = await approved('1');
  await keyturn.reload({ version: '2', actions: actionsWith(new FakeExecutor('once'), { runsOn: after }) });
  expect(await claim('a', id, ['eu'])).toMatchObject({ ok: false, code: 'NOT_YOURS_TO_RUN' });
  expect(await claim('a', id, ['eu', 'prod'])).toMatchObject({ ok: true });
});

it('row 1: a later try does not start what the config has made of it since', async () => {
  const { keyturn, approved, claim, state } = await aBot('idempotent');
  const id = await approved('1');
  await claim('a', id);
  const other = new FakeExecutor('idempotent');
  other.definition = `sha256:${'f'.repeat(64)}`;
  await keyturn.reload({ version: '2', actions: actionsWith(other) });
  keyturn.clock.advance(LEASE);
  expect(await claim('b', id)).toMatchObject({ ok: false, code: 'DIGEST_MISMATCH' });
  expect(await state(id)).toBe('executing');
});

it('row 2: a try is over once its end was told: its worker holds it no longer, and the next waits its time', async () => {
  const { keyturn, approved, claim, keep, finish, state, late } = await aBot('idempotent');
  const id = await approved('1');
  await claim('a', id);
  await finish('a', id, 1, FAILED, 5_000);
  expect(await keep('a', id, 1)).toMatchObject({ ok: false, code: 'ALREADY_RESOLVED' });
  // The same word again, and another: neither ends what is to be tried again.
  await finish('a', id, 1, FAILED, 5_000);
  expect(await late()).toEqual([]);
  await finish('a', id, 1);
  expect([await state(id), (await late()).length]).toEqual(['executing', 1]);
  keyturn.clock.advance(4_999);
  expect(await claim('b', id)).toMatchObject(TAKEN);
  keyturn.clock.advance(1);
  expect(await claim('b', id)).toMatchObject({ ok: true, job: { attempt: 2 } });
});

it('row 2: nothing is started more than five times, whatever it says of itself', async () => {
  const { keyturn, approved, claim, finish, state } = await aBot('idempotent');
  const id = await approved('1');
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    expect(await claim('a', id)).toMatchObject({ ok: true, job: { attempt } });
    await finish('a', id, attempt, FAILED, 0);
  }
  expect(await state(id)).toBe('failed');
  expect(await claim('a', id)).toMatchObject(TAKEN);
  // Nor when each of its workers falls silent.
  const other = await approved('2');
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    expect(await claim('a', other)).toMatchObject({ ok: true, job: { attempt } });
    keyturn.clock.advance(LEASE);
  }
  expect(await claim('a', other)).toMatchObject(TAKEN);
  await untilState(keyturn, other, 'unknown');
});

it.each([
  ['once', { ...FAILED }],
  ['once', { ...FAILED, status: 'unknown' as const }],
  ['idempotent', { ...FAILED, retryable: false }],
] as const)('row 2: of kind %s, what ended as %o is not tried again', async (kind, ended) => {
  const { keyturn, approved, claim, finish, state } = await aBot(kind);
  const id = await approved('1');
  await claim('a', id);
  await finish('a', id, 1, ended, 0);
  expect(await state(id)).toBe(ended.status);
  keyturn.clock.advance(LEASE);
  expect(await claim('b', id)).toMatchObject({ ok: false });
});

it('row 2: what somebody stops is not taken up again, neither after its worker fell silent nor for another try', async () => {
  const { keyturn, approved, claim, keep, finish, state } = await aBot('idempotent');
  const stop = (id: string) => keyturn.post('bob', `/v1/requests/${id}/stop`, { comment: 'wrong window' });
  const silent = await approved('1');
  await claim('a', silent);
  await stop(silent);
  keyturn.clock.advance(LEASE);
  expect(await claim('b', silent)).toMatchObject(TAKEN);
  expect(await state(silent)).toBe('unknown');

  const failing = await approved('2');
  await claim('a', failing);
  await stop(failing);
  expect(await keep('a', failing, 1)).toEqual({ ok: true, stop: true });
  await finish('a', failing, 1, FAILED, 0);
  expect(await state(failing)).toBe('failed');

  const between = await approved('3');
  await claim('a', between);
  await finish('a', between, 1, FAILED, 5_000);
  await stop(between);
  keyturn.clock.advance(5_000);
  expect(await claim('b', between)).toMatchObject(TAKEN);
  expect(await state(between)).toBe('unknown');
});

it('row 2: a lease lasts from the last sign of life, and one that comes back in time never shortens it', async () => {
  const { keyturn, approved, claim, keep } = await aBot('idempotent');
  const id = await approved('1');
  await claim('a', id);
  keyturn.clock.advance(20_000);
  expect(await keep('a', id, 1)).toMatchObject({ ok: true });
  keyturn.clock.advance(LEASE - 1);
  expect(await claim('b', id)).toMatchObject(TAKEN);
  keyturn.clock.advance(1);
  expect(await claim('b', id)).toMatchObject({ ok: true, job: { attempt: 2 } });
  expect(await keep('a', id, 1)).toMatchObject({ ok: false, code: 'FORBIDDEN' });
  expect(await keep('b', id, 1)).toMatchObject({ ok: false, code: 'ALREADY_RESOLVED' });
});

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

it('row 2: a grant lasts as long as its approval, and that of a later try as long as its lease', async () => {
  const { keyturn, approved, claim, keep } = await aBot('idempotent');
  const id = await approved('1');
  const usableUntil = (await keyturn.get('bob', `/v1/requests/${id}`)).body.usable_until;
  const endOf = async (worker: string) => {
    const claimed = await claim(worker, id);
    if (!claimed.ok) throw new Error(claimed.code);
    const { payload } = claimed.job.grant as { payload: string };
    return JSON.parse(Buffer.from(payload, 'base64').toString()).expires_at;
  };
  expect(await endOf('a')).toBe(usableUntil);
  while (keyturn.clock.wall() < Date.parse(usableUntil)) {
    keyturn.clock.advance(LEASE - 1);
    expect(await keep('a', id, 1)).toMatchObject({ ok: true });
  }
  keyturn.clock.advance(LEASE);
  expect(await endOf('b')).toBe(new Date(keyturn.clock.wall() + LEASE).toISOString());
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
