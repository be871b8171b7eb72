import { expect, it } from 'vitest';
import { circumstances, current, write } from '../../bot/app/change-request.ts';
import { claimAction, finishAction, keepAction } from '../../bot/app/run-action.ts';
import { decide } from '../../bot/core/lifecycle/decide.ts';
import type { RequestId } from '../../bot/core/request.ts';
import type { Executor } from '../../bot/ports/executor.ts';
import { anApproved, consume, MINUTE } from '../connectors/api/world.ts';
import { ONE_KEY } from '../helpers/rulebook.ts';
import { startKeyturn } from '../helpers/start-keyturn.ts';
import { actionsWith, FakeExecutor, untilState } from '../queue/runs/world.ts';
import { aBot, type Bot, FAILED, LEASE, TAKEN } from './claims-world.ts';

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

it('row 2: what its caller is to run is nobody’s to claim, before its caller has taken it and after', async () => {
  const keyturn = await startKeyturn();
  const request = await anApproved(keyturn);
  const { context } = keyturn.keyturn;
  const id = request.id as RequestId;
  expect(await claimAction(context, 'a', id)).toMatchObject({ code: 'NOT_YOURS_TO_RUN' });
  expect((await consume(keyturn, request)).status).toBe(200);
  expect(await claimAction(context, 'a', id)).toMatchObject(TAKEN);
  const told = { status: 'failed', exitCode: 1, detail: null, retryable: false } as const;
  const finished = { attempt: 1, ended: told, retryInMs: 0, output: null };
  expect(await finishAction(context, 'a', id, finished)).toMatchObject({ code: 'FORBIDDEN' });
  expect(await keepAction(context, 'a', id, 1)).toMatchObject({ code: 'FORBIDDEN' });
});

it.each(['idempotent', 'once'] as const)(
  'row 2: the core gives out nothing of kind %s twice, whoever forgot to look before asking it',
  async (kind) => {
    const { keyturn, approved, claim, finish } = await aBot(kind);
    const { context } = keyturn.keyturn;
    const ask = (id: RequestId) =>
      write(context, (writing) => {
        const request = current(context, writing, id);
        if (request?.executor == null) throw new Error('it is gone');
        const { definition } = request.executor;
        const storedDigest = request.actionDigest;
        const command = {
          type: 'claim',
          worker: 'b',
          definition,
          storedDigest,
          nonceDigest: storedDigest,
        } as const;
        return decide(request, { ...command, leaseMs: LEASE }, circumstances(context, writing, request));
      });
    const id = await approved('1');
    await claim('a', id);
    expect(await ask(id)).toMatchObject(TAKEN);
    if (kind === 'once') return;
    await finish('a', id, 1, FAILED, 5_000);
    expect(await ask(id)).toMatchObject(TAKEN);
    keyturn.clock.advance(5_000);
    expect(await ask(id)).toMatchObject({ ok: true });
    await keyturn.post('bob', `/v1/requests/${id}/stop`, { comment: 'wrong window' });
    expect(await ask(id)).toMatchObject(TAKEN);
  },
);

it('row 2: what says that it succeeded is over, also where it says that it may be tried again', async () => {
  const { keyturn, approved, claim, finish, keep, state } = await aBot('idempotent');
  const id = await approved('1');
  await claim('a', id);
  await finish('a', id, 1, { retryable: true }, 0);
  expect(await state(id)).toBe('succeeded');
  expect(await keep('a', id, 1)).toMatchObject({ ok: false, code: 'ALREADY_RESOLVED' });
  keyturn.clock.advance(LEASE);
  expect(await claim('b', id)).toMatchObject(TAKEN);
});

it.each([
  ['may be tried again', 5 * MINUTE, (bot: Bot, id: RequestId) => bot.finish('a', id, 1, FAILED, 5 * MINUTE)],
  ['lost its worker', LEASE, async () => undefined],
])('row 2: what %s is taken up then, also where its outcome was due before', async (_what, wait, lose) => {
  const plan = { ...ONE_KEY, outcomeWithinMs: 10_000 };
  const bot = await aBot('idempotent', {}, { default: { effect: 'require', plan } });
  const id = await bot.approved('1');
  await bot.claim('a', id);
  await lose(bot, id);
  bot.keyturn.clock.advance(wait - 1);
  expect(await bot.claim('b', id)).toMatchObject(TAKEN);
  bot.keyturn.clock.advance(1);
  expect(await bot.claim('b', id)).toMatchObject({ ok: true, job: { attempt: 2 } });
});

it('row 2: what nobody takes up is for a person to settle once its outcome is due', async () => {
  const bot = await aBot('idempotent');
  const id = await bot.approved('1');
  await bot.claim('a', id);
  await bot.finish('a', id, 1, FAILED, 5 * MINUTE);
  bot.keyturn.clock.advance(65 * MINUTE - 1);
  expect(await bot.state(id)).toBe('executing');
  bot.keyturn.clock.advance(1);
  expect(await bot.state(id)).toBe('unknown');
});

it.each<[string, Executor['kind'], (bot: Bot, id: RequestId) => Promise<unknown>]>([
  ['may run once and was started', 'once', (bot, id) => bot.claim('a', id)],
  [
    'somebody stops',
    'idempotent',
    async ({ claim, keyturn }, id) => {
      await claim('a', id);
      await keyturn.post('bob', `/v1/requests/${id}/stop`, { comment: 'wrong window' });
    },
  ],
  [
    'was started five times',
    'idempotent',
    async ({ claim, keyturn }, id) => {
      for (let attempt = 1; attempt <= 5; attempt += 1) {
        await claim('a', id);
        if (attempt < 5) keyturn.clock.advance(LEASE);
      }
    },
  ],
])('row 2: what %s is on no list of what is to be run', async (_what, kind, lose) => {
  const bot = await aBot(kind);
  const id = await bot.approved('1');
  await lose(bot, id);
  const { committed } = bot.keyturn.keyturn.context.store;
  expect(committed.request(id)?.state).toBe('executing');
  expect(committed.standing(id)?.runAt).toBeNull();
});
