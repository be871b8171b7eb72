import { expect, it } from 'vitest';
import { aSubmission, startKeyturn } from '../../helpers/start-keyturn.ts';
import { expectProblem, expectRefused, HOUR, post, readLog, seeAndApprove, submit } from './world.ts';

it('answers the same key and body with 200 and the request as it is now', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn, {}, { key: 'k' });
  await seeAndApprove(keyturn, 'bob', request);
  const again = await post(keyturn, 'agent', {}, 'k');
  expect([again.status, again.body.id, again.body.state]).toEqual([200, request.id, 'approved']);
});

it('compares bodies as canonical JSON: neither the order of keys nor white space nor spelling matters', async () => {
  const keyturn = await startKeyturn();
  const { id } = await submit(keyturn, { payload: { a: 1, b: { c: 'é', d: 10 } } }, { key: 'k' });
  const { action, reason } = aSubmission();
  const turned = `{ "payload" : {"b":{"d":1e1,"c":"\\u00e9"},"a":1.0},
    "target":{"resource":"orders","environment":"prod","system":"postgres"},
    "reason":${JSON.stringify(reason)},"action":"${action}"}`;
  const again = await keyturn.post('agent', '/v1/requests', turned, { 'idempotency-key': 'k' });
  expect([again.status, again.body.id]).toEqual([200, id]);
});

it.each([
  ['action', { action: 'db.export' }],
  ['target', { target: { system: 'postgres', environment: 'prod', resource: 'other' } }],
  ['reason', { reason: 'another' }],
  ['payload', { payload: { kind: 'sql', statement: 'DROP TABLE orders' } }],
  ['on_behalf_of', { on_behalf_of: 'alice' }],
  ['links', { links: ['https://ci.example/1'] }],
  ['expires_in', { expires_in: 60 }],
  ['hold', { hold: 'wait' }],
])('refuses the same key with another %s', async (_field, changes) => {
  const keyturn = await startKeyturn();
  await submit(keyturn, {}, { key: 'k' });
  const answer = await post(keyturn, 'agent', changes, 'k');
  await expectRefused(keyturn, answer, 'IDEMPOTENCY_KEY_REUSED', { type: 'request.refused', by: 'agent' });
});

it('reads a quoted key and a bare one as the same', async () => {
  const keyturn = await startKeyturn();
  const { id } = await submit(keyturn, {}, { key: 'a-key' });
  const again = await post(keyturn, 'agent', {}, '"a-key"');
  expect([again.status, again.body.id]).toEqual([200, id]);
});

it.each(['', '""', '"', 'two words', 'a, b', 'x'.repeat(256), '"unclosed', 'clé'])(
  'refuses %j as a key',
  async (key) => {
    const keyturn = await startKeyturn();
    expectProblem(await post(keyturn, 'agent', {}, key), 'INVALID');
    expect((await keyturn.get('agent', '/v1/requests')).body.items).toEqual([]);
  },
);

it('keeps the keys of each requester apart', async () => {
  const keyturn = await startKeyturn();
  const ids = new Set<string>();
  for (const who of ['agent', 'ci', 'bob', 'carol'] as const)
    ids.add((await submit(keyturn, {}, { who, key: 'k' })).id);
  expect(ids.size).toBe(4);
});

it('forgets a key after 24 hours and not a millisecond before', async () => {
  const keyturn = await startKeyturn();
  const { id } = await submit(keyturn, {}, { key: 'k' });
  keyturn.clock.advance(24 * HOUR - 1);
  const late = await post(keyturn, 'agent', {}, 'k');
  expect([late.status, late.body.id, late.body.state]).toEqual([200, id, 'expired']);
  keyturn.clock.advance(1);
  const fresh = await post(keyturn, 'agent', {}, 'k');
  expect([fresh.status, fresh.body.state]).toEqual([201, 'pending']);
  expect(fresh.body.id).not.toBe(id);
});

it('creates one request of many with the same key at once, and answers all of them with it', async () => {
  const keyturn = await startKeyturn();
  const answers = await Promise.all(Array.from({ length: 8 }, () => post(keyturn, 'agent', {}, 'k')));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 200, 200, 201]);
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  const types = (await readLog(keyturn)).map(({ type }) => type);
  expect(types.filter((type) => type === 'request.submitted')).toHaveLength(1);
  expect(types).not.toContain('request.deduplicated');
});

it('lets one of many bodies win that come with the same key at once', async () => {
  const keyturn = await startKeyturn();
  const bodies = Array.from({ length: 6 }, (_, n) => post(keyturn, 'agent', { payload: { n } }, 'k'));
  const answers = await Promise.all(bodies);
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
  expect((await keyturn.get('agent', '/v1/requests')).body.items).toHaveLength(1);
});

it('remembers the key of a submission that joined another one', async () => {
  const keyturn = await startKeyturn();
  const { id } = await submit(keyturn, {}, { key: 'first' });
  const joined = await post(keyturn, 'agent', { reason: 'me too' }, 'second');
  const again = await post(keyturn, 'agent', { reason: 'me too' }, 'second');
  expect([joined.status, joined.body.id, again.status, again.body.id]).toEqual([200, id, 200, id]);
  expect((await readLog(keyturn)).filter(({ type }) => type === 'request.deduplicated')).toHaveLength(1);
});

it('keeps keys over a restart', async () => {
  const keyturn = await startKeyturn();
  const { id } = await submit(keyturn, {}, { key: 'k' });
  const after = await keyturn.restart();
  const again = await post(after, 'agent', {}, 'k');
  expect([again.status, again.body.id]).toEqual([200, id]);
  expectProblem(await post(after, 'agent', { reason: 'another' }, 'k'), 'IDEMPOTENCY_KEY_REUSED');
});
