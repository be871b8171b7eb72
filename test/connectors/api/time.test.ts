import { expect, it } from 'vitest';
import { ONE_KEY, plan, rule } from '../../helpers/rulebook.ts';
import { startKeyturn } from '../../helpers/start-keyturn.ts';
import {
  anApproved,
  anExecuting,
  consume,
  expectProblem,
  HOUR,
  MINUTE,
  post,
  readLog,
  review,
  seeAndApprove,
  stateOf,
  storyOf,
  submit,
} from './world.ts';

it('expires at the exact millisecond, before any timer has noticed', async () => {
  const keyturn = await startKeyturn();
  const [early, late] = [await submit(keyturn), await submit(keyturn, { payload: {} })];
  await keyturn.get('bob', `/v1/requests/${early.id}/payload`);
  await keyturn.get('bob', `/v1/requests/${late.id}/payload`);
  keyturn.clock.advance(HOUR / 2 - 1);
  expect((await review(keyturn, 'bob', early, 'approve')).body).toMatchObject({ state: 'approved' });
  keyturn.clock.advance(1);
  expectProblem(await review(keyturn, 'bob', late, 'approve'), 'EXPIRED');
  expect(await storyOf(keyturn, late)).toEqual([
    'request.submitted',
    'payload.viewed',
    'request.expired',
    'review.refused',
  ]);
});

it('lapses at the exact millisecond', async () => {
  const keyturn = await startKeyturn();
  const [early, late] = [await anApproved(keyturn), await anApproved(keyturn, { payload: {} })];
  keyturn.clock.advance(HOUR / 4 - 1);
  expect((await consume(keyturn, early)).status).toBe(200);
  keyturn.clock.advance(1);
  expectProblem(await consume(keyturn, late), 'EXPIRED');
  expect(await stateOf(keyturn, late)).toBe('lapsed');
});

it.each([
  ['read', (id: string) => `/v1/requests/${id}`],
  ['list', () => '/v1/requests?state=pending'],
] as const)('shows nothing as open past its deadline to a %s', async (_call, path) => {
  const keyturn = await startKeyturn();
  const { id } = await submit(keyturn);
  keyturn.clock.advance(HOUR / 2);
  const { text } = await keyturn.get('bob', path(id));
  expect(text).not.toContain('"pending"');
});

it('records a deadline by itself within a second', async () => {
  const keyturn = await startKeyturn();
  const { id } = await submit(keyturn);
  keyturn.clock.advance(HOUR / 2);
  const { committed } = keyturn.keyturn.context.store;
  const since = performance.now();
  while (committed.request(id)?.state === 'pending') await new Promise((resolve) => setTimeout(resolve, 5));
  // Twice what is promised: this machine is shared.
  expect(performance.now() - since).toBeLessThan(2_000);
  expect(committed.request(id)?.state).toBe('expired');
});

it('lets a clock that steps back extend nothing, and records the step once', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn);
  keyturn.clock.step(-HOUR);
  keyturn.clock.advance(HOUR / 2 - 1);
  expect(await stateOf(keyturn, request)).toBe('pending');
  keyturn.clock.advance(1);
  expect(await stateOf(keyturn, request)).toBe('expired');
  const log = await readLog(keyturn);
  expect(log.filter(({ type }) => type === 'clock.anomaly')).toHaveLength(1);
  const times = log.map((entry) => Date.parse((entry as unknown as { ts: string }).ts));
  expect(times).toEqual([...times].sort((a, b) => a - b));
});

it('expires what a clock jumps over, and does not revive it when the clock comes back', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn);
  keyturn.clock.step(24 * HOUR);
  expect(await stateOf(keyturn, request)).toBe('expired');
  keyturn.clock.step(-24 * HOUR);
  expect(await stateOf(keyturn, request)).toBe('expired');
});

it('takes the shortest times of every plan that counts', async () => {
  const short = plan('short', [['security', 1]], {
    expiresAfterMs: 5 * MINUTE,
    usableForMs: MINUTE,
    outcomeWithinMs: 2 * MINUTE,
  });
  const keyturn = await startKeyturn({
    rules: [rule('short', { plan: short }), rule('long', { plan: { ...ONE_KEY, expiresAfterMs: 9 * HOUR } })],
  });
  const request = await submit(keyturn);
  expect(Date.parse(request.expires_at) - Date.parse(request.created_at)).toBe(5 * MINUTE);
  await seeAndApprove(keyturn, 'bob', request);
  const { body } = await seeAndApprove(keyturn, 'dora', request);
  expect(body).toMatchObject({ state: 'approved', execution: { outcome_within: 120 } });
  expect(Date.parse(body.usable_until) - Date.parse(body.resolved_at)).toBe(MINUTE);
});

it('allows twenty open requests and refuses the next until one is over', async () => {
  const keyturn = await startKeyturn();
  const held = [];
  for (let n = 0; n < 20; n += 1) held.push(await submit(keyturn, { payload: { n } }));
  const refused = await post(keyturn, 'agent', { payload: { n: 20 } });
  expectProblem(refused, 'LIMIT_REACHED');
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  // Another requester is not touched, a repeat and a join are not new.
  expect((await post(keyturn, 'ci')).status).toBe(201);
  expect((await post(keyturn, 'agent', { payload: { n: 7 } })).status).toBe(200);
  await review(keyturn, 'bob', held[0], 'reject');
  expect((await post(keyturn, 'agent', { payload: { n: 20 } })).status).toBe(201);
  expectProblem(await post(keyturn, 'agent', { payload: { n: 21 } }), 'LIMIT_REACHED');
});

it('counts what is approved as open, but not what runs or is past its deadline', async () => {
  const keyturn = await startKeyturn({ limits: { openPerRequester: 2, newPerMinute: 'unlimited' } });
  const approved = await anApproved(keyturn);
  await submit(keyturn, { payload: { n: 1 } });
  expectProblem(await post(keyturn, 'agent', { payload: { n: 2 } }), 'LIMIT_REACHED');
  await consume(keyturn, approved);
  await submit(keyturn, { payload: { n: 2 } });
  expectProblem(await post(keyturn, 'agent', { payload: { n: 3 } }), 'LIMIT_REACHED');
  keyturn.clock.advance(HOUR / 2);
  expect((await post(keyturn, 'agent', { payload: { n: 3 } })).status).toBe(201);
});

it('allows thirty new requests a minute, however they ended', async () => {
  const keyturn = await startKeyturn();
  for (let n = 0; n < 30; n += 1) {
    if (n === 1) keyturn.clock.advance(1);
    await submit(keyturn, { action: n % 2 === 0 ? 'db.read' : 'db.drop', payload: { kind: 'sql', n } });
    if (n % 2 === 0) await keyturn.post('agent', `/v1/requests/${await newest(keyturn)}/cancel`);
  }
  const refused = await post(keyturn, 'agent', { payload: { n: 30 } });
  expectProblem(refused, 'LIMIT_REACHED');
  keyturn.clock.advance(MINUTE - 2);
  expectProblem(await post(keyturn, 'agent', { payload: { n: 30 } }), 'LIMIT_REACHED');
  // The first of the thirty is a minute old now, the others are not.
  keyturn.clock.advance(1);
  expect((await post(keyturn, 'agent', { payload: { n: 30 } })).status).toBe(201);
  expectProblem(await post(keyturn, 'agent', { payload: { n: 31 } }), 'LIMIT_REACHED');
});

async function newest(keyturn: Awaited<ReturnType<typeof startKeyturn>>): Promise<string> {
  return (await keyturn.get('agent', '/v1/requests?limit=1')).body.items[0].id;
}

it('keeps the outcome’s deadline over a restart', async () => {
  const keyturn = await startKeyturn();
  const request = await anExecuting(keyturn);
  keyturn.clock.advance(HOUR / 2);
  await keyturn.post('agent', `/v1/requests/${request.id}/heartbeat`, { nonce: request.nonce });
  await keyturn.stop();
  keyturn.clock.advance(HOUR - 1);
  const after = await keyturn.restart();
  expect(await stateOf(after, request)).toBe('executing');
  after.clock.advance(1);
  expect(await stateOf(after, request)).toBe('unknown');
});
