import { expect, it } from 'vitest';
import { aSubmission, startKeyturn } from '../../helpers/start-keyturn.ts';
import { expectProblem, expectRefused, HOUR, MINUTE, post, stateOf, submit } from './world.ts';

const target = (changes: object) => ({
  target: { system: 'postgres', environment: 'prod', resource: 'orders', ...changes },
});

const WRONG: readonly (readonly [pointer: string, changes: Record<string, unknown>])[] = [
  ...[
    '',
    'DB.migrate',
    'db..x',
    '.db',
    'db.',
    '1db',
    'db migrate',
    'db.é',
    `db.${'x'.repeat(126)}`,
    'db.x\n',
    null,
    7,
  ].map((action) => ['/action', { action }] as const),
  ...['', 'post/gres', 'a b', 'x'.repeat(65), 'é', 'a\n', 1].map(
    (system) => ['/target/system', target({ system })] as const,
  ),
  ...['Prod', 'staging', 'prod ', 'рrod', '', '../prod'].map(
    (environment) => ['/target/environment', target({ environment })] as const,
  ),
  ...['', 'a b', 'a?b', 'x'.repeat(257), 'a\u0000b', 'naïve'].map(
    (resource) => ['/target/resource', target({ resource })] as const,
  ),
  ['/target', { target: 'postgres/prod/orders' }],
  ['/target/port', target({ port: 5432 })],
  ...['', ' \n\t', 'x'.repeat(2001), null, ['why']].map((reason) => ['/reason', { reason }] as const),
  ...['bob', 'nobody', '', 'psn_1', 5].map((who) => ['/on_behalf_of', { on_behalf_of: who }] as const),
  ...[null, [], 'x', 1, true].map((payload) => ['/payload', { payload }] as const),
  ...[['javascript:alert(1)'], ['ftp://x/y'], ['https://x/<y'], ['https://a b'], ['']].map(
    (links) => ['/links/0', { links }] as const,
  ),
  ['/links', { links: Array.from({ length: 11 }, () => 'https://x.example') }],
  ...[0, -1, 1.5, '60', 31_536_001].map((seconds) => ['/expires_in', { expires_in: seconds }] as const),
  ['/hold', { hold: 'forever' }],
  ['/view', { view: 'SELECT 1' }],
  ['/risk', { risk: 'low' }],
  ['/requester', { requester: 'ci' }],
  ['/a~1b~0c', { 'a/b~c': 1 }],
];

it('refuses what is no submission and names the field', async () => {
  const keyturn = await startKeyturn();
  for (const [pointer, changes] of WRONG) {
    const answer = await post(keyturn, 'agent', changes);
    expectProblem(answer, 'INVALID');
    const pointers = new Set(answer.body.errors.map((error: { pointer: string }) => error.pointer));
    expect(pointers, JSON.stringify(changes)).toEqual(new Set([pointer]));
  }
  expect((await keyturn.get('agent', '/v1/requests')).body.items).toEqual([]);
});

it('names every offending field at once, also the claims that only the policy can judge', async () => {
  const keyturn = await startKeyturn();
  const answer = await keyturn.post('agent', '/v1/requests', {
    action: 'DB',
    target: { system: 'a/b', environment: 'Prod', extra: 1 },
    reason: '',
    on_behalf_of: 'bob',
    links: ['nope'],
    hold: 'x',
    extra: true,
  });
  expectProblem(answer, 'INVALID');
  const pointers = new Set(answer.body.errors.map(({ pointer }: { pointer: string }) => pointer));
  expect([...pointers].sort()).toEqual([
    '/action',
    '/extra',
    '/hold',
    '/links/0',
    '/on_behalf_of',
    '/payload',
    '/reason',
    '/target/environment',
    '/target/extra',
    '/target/resource',
    '/target/system',
  ]);
});

it('records a submission that it could not even read', async () => {
  const keyturn = await startKeyturn();
  const answer = await keyturn.post('agent', '/v1/requests', { extra: 1 });
  await expectRefused(keyturn, answer, 'INVALID', { type: 'client.refused', by: 'agent' });
});

it('takes every field at the edge of its grammar', async () => {
  const keyturn = await startKeyturn();
  const body = {
    action: `db.${'x'.repeat(60)}.${'-_9'.repeat(20)}`,
    target: { system: 'postgres', environment: 'dev', resource: `a:b@c/${'x'.repeat(200)}/._-` },
    reason: 'é'.repeat(2000),
    on_behalf_of: null,
    payload: {},
    links: Array.from({ length: 10 }, (_, n) => `https://ci.example/${n}?a=b#c`),
    expires_in: 1,
    hold: 'wait',
  };
  const answer = await keyturn.post('agent', '/v1/requests', body);
  expect(answer.status, answer.text).toBe(201);
  const { target: place, reason, on_behalf_of, links } = answer.body;
  expect({ target: place, reason, on_behalf_of, links }).toEqual({
    target: body.target,
    reason: body.reason,
    on_behalf_of: null,
    links: body.links,
  });
});

it('lets expires_in shorten the time, never lengthen it', async () => {
  const keyturn = await startKeyturn();
  const short = await submit(keyturn, { expires_in: 60 });
  expect(Date.parse(short.expires_at) - Date.parse(short.created_at)).toBe(MINUTE);
  const long = await submit(keyturn, { expires_in: 86_400, payload: {} });
  expect(Date.parse(long.expires_at) - Date.parse(long.created_at)).toBe(HOUR / 2);
  keyturn.clock.advance(MINUTE);
  expect([await stateOf(keyturn, short), await stateOf(keyturn, long)]).toEqual(['expired', 'pending']);
});

it('numbers requests one after the other and stamps each with its entry', async () => {
  const keyturn = await startKeyturn();
  for (const number of [1, 2, 3]) {
    const { body } = await keyturn.post('agent', '/v1/requests', aSubmission({ payload: { number } }));
    expect(body.number).toBe(number);
    const [line] = (
      await keyturn.get('carol', `/v1/audit/entries?from=${body.audit_seq}&limit=1`)
    ).text.split('\n');
    expect(JSON.parse(line ?? '')).toMatchObject({
      type: 'request.submitted',
      subject: { request: body.id },
    });
  }
});

const OTHER_BODIES: readonly (readonly [call: string, body: object, pointer: string])[] = [
  ['reviews', { verdict: 'approve', action_digest: 'sha256:x' }, '/action_digest'],
  ['reviews', { verdict: 'approve' }, '/action_digest'],
  ['reviews', { verdict: 'approve', action_digest: `sha256:${'A'.repeat(64)}` }, '/action_digest'],
  ['reviews', { verdict: 'lgtm', action_digest: `sha256:${'a'.repeat(64)}` }, '/verdict'],
  ['reviews', { verdict: 'reject', action_digest: `sha256:${'a'.repeat(64)}`, person: 'bob' }, '/person'],
  ['reviews', { verdict: 'reject', action_digest: `sha256:${'a'.repeat(64)}`, via: 'slack' }, '/via'],
  ['reviews', { verdict: 'reject', action_digest: `sha256:${'a'.repeat(64)}`, comment: 7 }, '/comment'],
  ['clear', { comment: 'x', force: true }, '/force'],
  ['revoke', { comment: 'x', force: true }, '/force'],
  ['stop', { comment: 'x', force: true }, '/force'],
  ['cancel', { comment: 'x' }, '/comment'],
  ['consume', { action_digest: 'no' }, '/action_digest'],
  ['consume', { action_digest: `sha256:${'a'.repeat(64)}`, target: {} }, '/target'],
  ['outcome', { nonce: 'n', status: 'unknown' }, '/status'],
  ['outcome', { nonce: 'n', status: 'failed', exit_code: 1.5 }, '/exit_code'],
  ['outcome', { nonce: 'n', status: 'failed', settled_by: 'bob' }, '/settled_by'],
  ['outcome', { status: 'failed' }, '/nonce'],
  ['heartbeat', { nonce: '' }, '/nonce'],
  ['heartbeat', { nonce: 'n', state: 'x' }, '/state'],
  ['settle', { status: 'lost', comment: 'x' }, '/status'],
  ['settle', { status: 'failed', comment: 'x', nonce: 'n' }, '/nonce'],
];

it('refuses unknown and wrong fields in every other body', async () => {
  const keyturn = await startKeyturn();
  const { id } = await submit(keyturn);
  for (const [call, body, pointer] of OTHER_BODIES) {
    const answer = await keyturn.post('alice', `/v1/requests/${id}/${call}`, body);
    expectProblem(answer, 'INVALID');
    expect(answer.body.errors, call).toEqual([{ pointer, detail: expect.any(String) }]);
  }
  const clear = await keyturn.post('alice', '/v1/requesters/agent/clear', { comment: 'x', id: 'agent' });
  expect(clear.body.errors).toEqual([{ pointer: '/id', detail: expect.any(String) }]);
});

it('reads no body at all as an empty one, where every field is optional', async () => {
  const keyturn = await startKeyturn();
  const { id } = await submit(keyturn);
  expectProblem(await keyturn.post('agent', '/v1/requests'), 'INVALID');
  expect((await keyturn.post('agent', `/v1/requests/${id}/cancel`)).body).toMatchObject({
    state: 'cancelled',
  });
});
