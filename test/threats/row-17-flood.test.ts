import { expect, it } from 'vitest';
import {
  expectProblem,
  expectRefused,
  post,
  readLog,
  seeAndApprove,
  submit,
} from '../connectors/api/world.ts';
import { plan } from '../helpers/rulebook.ts';
import { startKeyturn } from '../helpers/start-keyturn.ts';

it('row 17: of 50 distinct requests the 21st and all after it are refused, and create nothing', async () => {
  const keyturn = await startKeyturn();
  const answers = [];
  for (let n = 0; n < 50; n += 1) answers.push(await post(keyturn, 'agent', { payload: { n } }));
  expect(answers.map(({ status }) => status)).toEqual([...Array(20).fill(201), ...Array(30).fill(429)]);
  for (const answer of answers.slice(20)) expectProblem(answer, 'LIMIT_REACHED');
  expect((await keyturn.get('bob', '/v1/requests?limit=200')).body.items).toHaveLength(20);
  const log = await readLog(keyturn);
  expect(log.filter(({ type }) => type === 'request.submitted')).toHaveLength(20);
  expect(
    log.filter(({ type, data }) => type === 'request.refused' && data.code === 'LIMIT_REACHED'),
  ).toHaveLength(30);
});

it('row 17: 50 distinct requests at once are no way around the limit', async () => {
  const keyturn = await startKeyturn();
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, n) => post(keyturn, 'agent', { payload: { n } })),
  );
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(20);
});

it('row 17: 1,000 identical requests are one request', async () => {
  const keyturn = await startKeyturn();
  const first = await submit(keyturn);
  const statuses = new Set<number>();
  const ids = new Set<string>();
  for (let round = 0; round < 20; round += 1) {
    for (const { status, body } of await Promise.all(
      Array.from({ length: 50 }, () => post(keyturn, 'agent')),
    )) {
      statuses.add(status);
      ids.add(body.id);
    }
  }
  expect([[...statuses], [...ids]]).toEqual([[200], [first.id]]);
  expect((await keyturn.get('bob', '/v1/requests')).body.items).toHaveLength(1);
});

it('row 17: identical requests, each with a key of its own, fill neither the request nor the queue', async () => {
  const keyturn = await startKeyturn();
  const answers = [];
  for (let n = 0; n < 120; n += 1) answers.push(await post(keyturn, 'agent', {}, `key-${n}`));
  const refused = answers.filter(({ status }) => status === 429);
  expect([answers.filter(({ status }) => status === 201).length, refused.length > 0]).toEqual([1, true]);
  for (const answer of refused) expectProblem(answer, 'LIMIT_REACHED');
  expect((await keyturn.get('bob', '/v1/requests')).body.items).toHaveLength(1);
});

it('row 17: cancelling and asking again is no way around the minute', async () => {
  const keyturn = await startKeyturn();
  let created = 0;
  for (let n = 0; n < 40; n += 1) {
    const answer = await post(keyturn, 'agent', { payload: { n } });
    if (answer.status !== 201) continue;
    created += 1;
    await keyturn.post('agent', `/v1/requests/${answer.body.id}/cancel`);
  }
  expect(created).toBe(30);
  const refused = await post(keyturn, 'agent', { payload: {} });
  await expectRefused(keyturn, refused, 'LIMIT_REACHED', { type: 'request.refused', by: 'agent' });
});

it('row 17: a flood never stops another requester, nor the people who review', async () => {
  const keyturn = await startKeyturn();
  const flood = Promise.all(
    Array.from({ length: 200 }, (_, n) => post(keyturn, 'agent', { payload: { n } })),
  );
  const request = await submit(keyturn, {}, { who: 'ci' });
  expect((await seeAndApprove(keyturn, 'bob', request)).body).toMatchObject({ state: 'approved' });
  await flood;
  expect((await post(keyturn, 'ci', { payload: {} })).status).toBe(201);
});

it('row 17: a reload that lowers a limit holds at once, for what is open already too', async () => {
  const keyturn = await startKeyturn();
  for (let n = 0; n < 3; n += 1) await submit(keyturn, { payload: { n } });
  await keyturn.reload({ version: '2', limits: { openPerRequester: 3, newPerMinute: 30 } });
  expectProblem(await post(keyturn, 'agent', { payload: { n: 3 } }), 'LIMIT_REACHED');
  expect((await post(keyturn, 'ci', { payload: { n: 3 } })).status).toBe(201);
});

it('row 17: reminders of fifty requests are one entry each, and none is sent again by whoever asks', async () => {
  const slow = plan('one-key', [['dba', 1]], { remind: ['half'] });
  const keyturn = await startKeyturn({
    default: { effect: 'require', plan: slow },
    limits: { openPerRequester: 'unlimited', newPerMinute: 'unlimited' },
  });
  for (let n = 0; n < 50; n += 1) await submit(keyturn, { payload: { n } });
  keyturn.clock.advance(16 * 60_000);
  await Promise.all(Array.from({ length: 20 }, () => keyturn.get('carol', '/v1/requests')));
  const log = await readLog(keyturn);
  expect(log.filter(({ type }) => type === 'reminder.sent')).toHaveLength(50);
});
