import { expect, it } from 'vitest';
import { consume, expectRefused, post, readLog, seeAndApprove, submit } from '../connectors/api/world.ts';
import { tokenOf } from '../helpers/rulebook.ts';
import { aSubmission, startKeyturn, type TestKeyturn } from '../helpers/start-keyturn.ts';
import { exchange, headOf, type RawAnswer, sendAndCut } from './raw-socket.ts';

/** Far more than any refusal takes, far less than a hang: this machine is shared. */
const BOUNDED_MS = 5_000;
const BODY_WITHIN_MS = 300;
const TOO_MUCH = 256 * 1024 + 1;

function start(): Promise<TestKeyturn> {
  return startKeyturn({}, { ports: { bodyWithinMs: BODY_WITHIN_MS } });
}

/** Sends the agent's body as it is. The server must close by itself where it says so, or after our close. */
function send(
  keyturn: TestKeyturn,
  parts: readonly (string | Uint8Array)[],
  headers: readonly string[],
  token = tokenOf('agent'),
) {
  return exchange(keyturn.keyturn.port, [
    headOf('/v1/requests', token, ['Connection: close', ...headers]),
    ...parts,
  ]);
}

function sendBody(keyturn: TestKeyturn, body: string | Uint8Array): Promise<RawAnswer> {
  return send(keyturn, [body], [`Content-Length: ${Buffer.byteLength(body)}`]);
}

async function expectAlive(keyturn: TestKeyturn): Promise<void> {
  const response = await fetch(`${keyturn.url}/healthz`);
  expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }]);
}

async function expectAnswer(
  keyturn: TestKeyturn,
  answer: RawAnswer,
  status: number,
  code: string,
): Promise<void> {
  expect({ status: answer.status, code: answer.body?.code }).toEqual({ status, code });
  expect(answer.tookMs).toBeLessThan(BOUNDED_MS);
  await expectAlive(keyturn);
  const refused = (await readLog(keyturn)).filter(({ type }) => type === 'client.refused');
  expect(refused.map(({ actor, data }) => [actor.client, data.code])).toContainEqual(['agent', code]);
  expect((await keyturn.get('agent', '/v1/requests')).body.items).toEqual([]);
}

const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

it('row 22: a declared 10 MB body is answered before a byte of it is read', async () => {
  const keyturn = await start();
  await expectAnswer(keyturn, await send(keyturn, [], ['Content-Length: 10485760']), 413, 'BODY_TOO_LARGE');
});

it('row 22: a 10 MB body is refused while it is being sent', async () => {
  const keyturn = await start();
  const body = Buffer.alloc(10 * 1024 * 1024, 0x20);
  await expectAnswer(keyturn, await sendBody(keyturn, body), 413, 'BODY_TOO_LARGE');
});

it('row 22: a body is refused at the first byte over the limit, declared or in chunks', async () => {
  const keyturn = await start();
  const declared = await send(keyturn, [' '.repeat(TOO_MUCH)], [`Content-Length: ${TOO_MUCH}`]);
  await expectAnswer(keyturn, declared, 413, 'BODY_TOO_LARGE');
  // No last chunk: who waits for the end waits for ever.
  const part = chunk(' '.repeat(65_536));
  const chunked = await send(keyturn, [part, part, part, part, chunk(' ')], ['Transfer-Encoding: chunked']);
  await expectAnswer(keyturn, chunked, 413, 'BODY_TOO_LARGE');
});

it('row 22: a body of exactly 256 KiB is taken', async () => {
  const keyturn = await start();
  const text = JSON.stringify(aSubmission());
  const answer = await sendBody(keyturn, text.padEnd(TOO_MUCH - 1));
  expect([answer.status, answer.body.state]).toEqual([201, 'pending']);
});

it.each([
  ['arrays', '['.repeat(100_000)],
  ['arrays that close again', '['.repeat(100_000) + ']'.repeat(100_000)],
  ['objects', '{"a":'.repeat(40_000)],
  ['a payload', `{"action":"db.x","payload":${'{"a":'.repeat(100)}1${'}'.repeat(100)}}`],
])('row 22: depth is refused without a stack overflow: %s', async (_what, body) => {
  const keyturn = await start();
  await expectAnswer(keyturn, await sendBody(keyturn, body), 422, 'INVALID');
});

const withPayload = (payload: string) =>
  JSON.stringify(aSubmission({ payload: 0 })).replace('"payload":0', `"payload":${payload}`);

it.each([
  ['the same key twice', withPayload('{"statement":"SELECT 1","statement":"DROP TABLE x"}')],
  [
    'the same key once as an escape',
    withPayload('{"statement":"SELECT 1","\\u0073tatement":"DROP TABLE x"}'),
  ],
  ['the same key twice, deep inside', withPayload('{"a":[{"b":{"c":1,"d":2,"c":3}}]}')],
  ['the payload twice', withPayload('{"a":1},"payload":{"a":2}')],
  ['the payload twice, once as an escape', withPayload('{"a":1},"\\u0070ayload":{"a":2}')],
  ['__proto__', withPayload('{"__proto__":{"kind":"sql"}}')],
  ['__proto__ as an escape', withPayload('{"\\u005f\\u005fproto__":1}')],
  ['__proto__ at the top', '{"__proto__":{"action":"db.x"}}'],
  ['a lone surrogate', withPayload('{"a":"\\ud800"}')],
  ['a lone surrogate in a key', withPayload('{"\\udfff":1}')],
  ['2^53+1', withPayload('{"amount":9007199254740993}')],
  ['2^53+1 with a fraction', withPayload('{"amount":9007199254740993.0}')],
  ['a number beyond every double', withPayload('{"amount":1e400}')],
  ['an array', '[]'],
  ['a string', '"x"'],
  ['null', 'null'],
  ['a number', '7'],
])('row 22: it is INVALID, and nothing is created: %s', async (_what, body) => {
  const keyturn = await start();
  const answer = await sendBody(keyturn, body);
  await expectAnswer(keyturn, answer, 422, 'INVALID');
  expect(answer.body.errors.length).toBeGreaterThan(0);
});

it.each([
  [
    'invalid UTF-8',
    Buffer.concat([Buffer.from('{"reason":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]),
  ],
  [
    'a surrogate written in UTF-8',
    Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]),
  ],
  ['a byte order mark', `\ufeff${JSON.stringify(aSubmission())}`],
  ['UTF-16', Buffer.from(JSON.stringify(aSubmission()), 'utf16le')],
  ['gzip', Buffer.from([0x1f, 0x8b, 0x08, 0x00])],
  ['broken JSON', '{"action":'],
  ['a NUL', '\u0000'],
  ['a form', 'action=db.export&reason=x'],
])('row 22: it is MALFORMED, and nothing is created: %s', async (_what, body) => {
  const keyturn = await start();
  await expectAnswer(keyturn, await sendBody(keyturn, body), 400, 'MALFORMED');
});

it('row 22: a body that comes too slowly is answered 408, and the connection ends', async () => {
  const keyturn = await start();
  const declared = await send(keyturn, ['{"action":'], ['Content-Length: 2000']);
  await expectAnswer(keyturn, declared, 408, 'BODY_TIMEOUT');
  const chunked = await send(keyturn, [chunk('{')], ['Transfer-Encoding: chunked']);
  await expectAnswer(keyturn, chunked, 408, 'BODY_TIMEOUT');
});

it('row 22: the connection ends after 408 and 413 also for a caller that would keep it', async () => {
  const keyturn = await start();
  for (const [length, status] of [
    [2000, 408],
    [10_485_760, 413],
  ] as const) {
    const head = headOf('/v1/requests', tokenOf('agent'), [`Content-Length: ${length}`]);
    const answer = await exchange(keyturn.keyturn.port, [head, '{']);
    expect([answer.status, answer.text.toLowerCase()]).toEqual([
      status,
      expect.stringContaining('connection: close'),
    ]);
  }
  await expectAlive(keyturn);
});

it('row 22: nobody holds a connection with the body of a call that is refused before it is read', async () => {
  const keyturn = await start();
  for (const [path, token, status] of [
    ['/v1/requests', 'ktc_nobody_has_this_token_012345', 401],
    ['/v1/requests/x/reviews', tokenOf('agent'), 403],
    ['/v1/nothing', tokenOf('agent'), 404],
  ] as const) {
    const answer = await exchange(keyturn.keyturn.port, [
      headOf(path, token, ['Content-Length: 100000']),
      '{',
    ]);
    expect(answer.status).toBe(status);
    expect(answer.tookMs).toBeLessThan(BOUNDED_MS);
  }
  await expectAlive(keyturn);
});

it('row 22: a body that is cut in the middle changes nothing', async () => {
  const keyturn = await start();
  const text = JSON.stringify(aSubmission());
  const head = headOf('/v1/requests', tokenOf('agent'), [`Content-Length: ${text.length}`]);
  await sendAndCut(keyturn.keyturn.port, head + text.slice(0, -1));
  const halfClosed = await exchange(keyturn.keyturn.port, [head + text.slice(0, -1)], true);
  expect([0, 400, 408]).toContain(halfClosed.status);
  await expectAlive(keyturn);
  expect((await keyturn.get('agent', '/v1/requests')).body.items).toEqual([]);
});

it('row 22: what follows a body that is longer than it says is no part of it', async () => {
  const keyturn = await start();
  const text = JSON.stringify(aSubmission({ reason: 'honest' }));
  const tail = '{"reason":"smuggled"}';
  const answer = await exchange(keyturn.keyturn.port, [
    headOf('/v1/requests', tokenOf('agent'), [`Content-Length: ${text.length}`]) + text + tail,
  ]);
  // What follows is no request line, and the connection ends over it.
  expect(answer.text.match(/HTTP\/1\.1 \d{3}/g)?.at(-1)).toBe('HTTP/1.1 400');
  await expectAlive(keyturn);
  const { items } = (await keyturn.get('agent', '/v1/requests')).body;
  for (const { reason } of items) expect(reason).toBe('honest');
});

it.each([
  ['two lengths', ['Content-Length: 2', 'Content-Length: 3']],
  ['a length and chunks', ['Content-Length: 2', 'Transfer-Encoding: chunked']],
  ['a negative length', ['Content-Length: -1']],
  ['a length that is no number', ['Content-Length: ten']],
])('row 22: %s are refused before any route', async (_what, headers) => {
  const keyturn = await start();
  expect((await send(keyturn, ['{}'], headers)).status).toBe(400);
  await expectAlive(keyturn);
});

it('row 22: names that objects inherit are ordinary names, shown and run as they are', async () => {
  const keyturn = await start();
  const payload = {
    constructor: { prototype: 1 },
    toString: 'x',
    hasOwnProperty: null,
    valueOf: [],
    kind: 'constructor',
  };
  const request = await submit(keyturn, { payload });
  const { body } = await keyturn.get('bob', `/v1/requests/${request.id}/payload`);
  expect(Object.entries(body.payload).sort()).toEqual(Object.entries(payload).sort());
  for (const name of Object.keys(payload)) expect(body.view).toContain(`"${name}"`);
  await seeAndApprove(keyturn, 'bob', request);
  expect((await consume(keyturn, request)).body.payload).toEqual(payload);
});

it('row 22: a hostile body at every call leaves an entry and a living process', async () => {
  const keyturn = await start();
  const { id } = await submit(keyturn);
  for (const call of ['cancel', 'consume', 'outcome', 'heartbeat']) {
    const path = `/v1/requests/${id}/${call}`;
    await expectRefused(keyturn, await keyturn.post('agent', path, '['.repeat(100_000)), 'INVALID', {
      type: 'client.refused',
      by: 'agent',
    });
    await expectRefused(keyturn, await keyturn.post('agent', path, ' '.repeat(TOO_MUCH)), 'BODY_TOO_LARGE', {
      type: 'client.refused',
      by: 'agent',
    });
  }
  expect((await post(keyturn, 'agent')).status).toBe(200);
});
