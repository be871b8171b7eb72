import { expect, it } from 'vitest';
import { aVisitor, callRoom, codeFor, pageHeaders, signIn, type Visitor } from '../bot/room/visitor.ts';
import { readLog, stateOf, submit } from '../connectors/api/world.ts';
import { tokenOf } from '../helpers/rulebook.ts';
import { startKeyturn, type TestKeyturn } from '../helpers/start-keyturn.ts';
import { exchange } from './raw-socket.ts';

const PATHS = ['/room', '/room/page/main.js', '/room/adaptivecards.js', '/room/api/live', '/metrics'];

async function aRoom(): Promise<{ keyturn: TestKeyturn; bob: Visitor }> {
  const keyturn = await startKeyturn();
  return { keyturn, bob: await aVisitor(keyturn, 'bob') };
}

it('row 29: the page itself is there for anybody on this machine, and shows nothing without a login', async () => {
  const keyturn = await startKeyturn();
  await submit(keyturn, { reason: 'SECRET-REASON' });
  const page = await callRoom(keyturn, 'GET', '/room', {
    headers: { host: `localhost:${keyturn.keyturn.port}` },
  });
  expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  expect(page.text).not.toContain('SECRET');
  for (const [method, path] of [
    ['GET', '/room/api/live'],
    ['POST', '/room/api/click'],
    ['POST', '/room/api/command'],
    ['POST', '/room/api/sign-out'],
  ] as const) {
    const answer = await callRoom(keyturn, method, path, {
      headers: pageHeaders(keyturn),
      ...(method === 'POST' ? { body: {} } : {}),
    });
    expect([path, answer.status]).toEqual([path, 401]);
    expect(answer.text).not.toContain('SECRET');
  }
});

it.each([
  ['a name that was rebound to 127.0.0.1', 'evil.example'],
  ['that name with our port', 'evil.example:3000'],
  ['a name that begins like ours', '127.0.0.1.evil.example'],
  ['a name that ends like ours', 'evil.example#127.0.0.1'],
  ['localhost of somebody else', 'localhost.evil.example:3000'],
  ['every address', '0.0.0.0:3000'],
  ['an address of the local network', '192.168.1.10:3000'],
  ['a number that is 127.0.0.1', '2130706433'],
  ['user data before the name', 'a@127.0.0.1'],
])('row 29: nothing answers to %s', async (_what, host) => {
  const { keyturn, bob } = await aRoom();
  for (const path of PATHS.filter((one) => one !== '/metrics')) {
    const answer = await callRoom(keyturn, 'GET', path, { headers: { ...bob.headers, host } });
    // A name that is none, the server refuses by itself.
    expect([400, 403], `${path} answered ${answer.status}`).toContain(answer.status);
    expect(answer.headers['set-cookie']).toBeUndefined();
  }
});

it.each(['GET /room HTTP/1.0', 'GET /room HTTP/1.1', 'GET http://127.0.0.1/room HTTP/1.1'])(
  'row 29: nothing answers to %s without a Host',
  async (line) => {
    const { keyturn } = await aRoom();
    const { status } = await exchange(keyturn.keyturn.port, [`${line}\r\nconnection: close\r\n\r\n`]);
    expect([400, 403]).toContain(status);
  },
);

it.each([
  ['another site', 'https://evil.example'],
  ['a page in a sandbox or a file', 'null'],
  ['another port of this host', 'http://127.0.0.1:8080'],
  ['the other name of this host', 'http://localhost'],
  ['the same host by https', 'https://127.0.0.1'],
])('row 29: no POST from %s counts, with the whole session', async (_what, origin) => {
  const { keyturn, bob } = await aRoom();
  const request = await submit(keyturn);
  const click = {
    verb: 'reject',
    request: request.id,
    digest: request.action_digest,
    fields: { comment: 'x' },
  };
  for (const [path, body] of [
    ['click', click],
    ['command', { line: `reject ${request.number} x` }],
    ['sign-out', {}],
  ] as const) {
    expect((await bob.post(path, body, { origin })).status).toBe(403);
  }
  const { origin: _ours, ...without } = bob.headers;
  const answer = await callRoom(keyturn, 'POST', '/room/api/click', { headers: without, body: click });
  expect(answer.status).toBe(403);
  expect(await stateOf(keyturn, request)).toBe('pending');
});

it.each([
  ['the cookie alone', ['x-keyturn-key']],
  ['the key alone', ['cookie']],
  ['neither', ['x-keyturn-key', 'cookie']],
])('row 29: %s opens nothing and decides nothing', async (_what, missing) => {
  const { keyturn, bob } = await aRoom();
  const request = await submit(keyturn);
  const headers = Object.fromEntries(Object.entries(bob.headers).filter(([name]) => !missing.includes(name)));
  const body = {
    verdict: 'reject',
    request: request.id,
    digest: request.action_digest,
    fields: { comment: 'x' },
  };
  expect((await callRoom(keyturn, 'POST', '/room/api/click', { headers, body })).status).toBe(401);
  expect((await callRoom(keyturn, 'GET', '/room/api/live', { headers })).status).toBe(401);
  expect(await stateOf(keyturn, request)).toBe('pending');
});

it.each(['cross-site', 'same-site', 'none'])(
  'row 29: a link, an image or a form of another page (Sec-Fetch-Site: %s) reaches no data',
  async (site) => {
    const { keyturn, bob } = await aRoom();
    const headers = { ...bob.headers, 'sec-fetch-site': site };
    expect((await callRoom(keyturn, 'GET', '/room/api/live', { headers })).status).toBe(403);
    expect((await bob.post('command', { line: 'list' }, { 'sec-fetch-site': site })).status).toBe(403);
  },
);

it.each([
  ['forwarded', 'for=203.0.113.7'],
  ['x-forwarded-for', '203.0.113.7'],
  ['x-forwarded-host', 'keyturn.example'],
  ['x-real-ip', '203.0.113.7'],
  ['via', '1.1 proxy'],
])('row 29: a reverse proxy that sends %s is turned away', async (name, value) => {
  const { keyturn, bob } = await aRoom();
  for (const path of ['/room', '/room/api/live']) {
    const answer = await callRoom(keyturn, 'GET', path, { headers: { ...bob.headers, [name]: value } });
    expect([path, answer.status]).toEqual([path, 403]);
  }
});

it('row 29: no answer may be framed, cached, sniffed or read by another origin', async () => {
  const { keyturn, bob } = await aRoom();
  const answers = [
    await callRoom(keyturn, 'GET', '/room'),
    await callRoom(keyturn, 'GET', '/room/page/main.js'),
    await callRoom(keyturn, 'GET', '/room/api/live', { headers: { host: 'evil.example' } }),
    await bob.post('command', { line: 'help' }),
    await callRoom(keyturn, 'OPTIONS', '/room/api/click', {
      headers: { ...bob.headers, origin: 'https://evil.example' },
    }),
  ];
  for (const { headers } of answers) {
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
    });
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['content-security-policy']).not.toMatch(/unsafe|\*|https?:|data:/);
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  }
});

it('row 29: the cookie is for the room alone, no script reads it and no other site sends it', async () => {
  const keyturn = await startKeyturn();
  const answer = await signIn(keyturn, { code: codeFor(keyturn, 'bob') });
  const [cookie = ''] = answer.headers['set-cookie'] ?? [];
  expect(cookie).toMatch(
    /^keyturn-room-\d+=[\w-]{43}; Path=\/room; HttpOnly; SameSite=Strict; Max-Age=28800$/,
  );
  expect(answer.body).toEqual({ key: expect.stringMatching(/^[\w-]{43}$/), id: 'bob', name: 'bob' });
  expect(cookie).not.toContain(answer.body.key);
});

it('row 29: `/v1` reads no cookie, and the room no token', async () => {
  const { keyturn, bob } = await aRoom();
  const v1 = await callRoom(keyturn, 'GET', '/v1/requests', { headers: bob.headers });
  expect(v1.status).toBe(401);
  const headers = { ...pageHeaders(keyturn), authorization: `Bearer ${tokenOf('bob')}` };
  expect((await callRoom(keyturn, 'GET', '/room/api/live', { headers })).status).toBe(401);
});

it('row 29: a GET decides nothing, whatever it says', async () => {
  const { keyturn, bob } = await aRoom();
  const request = await submit(keyturn);
  const before = (await readLog(keyturn)).length;
  for (const path of ['click', 'command', `click?verb=reject&request=${request.id}`, 'sign-out']) {
    const answer = await callRoom(keyturn, 'GET', `/room/api/${path}`, { headers: bob.headers });
    expect([path, answer.status]).toEqual([path, 404]);
  }
  expect(await stateOf(keyturn, request)).toBe('pending');
  expect((await readLog(keyturn)).slice(before).map(({ type }) => type)).toEqual(['audit.viewed']);
});

it('row 29: wrong codes are counted, and after twenty of them nobody signs in for a minute', async () => {
  const keyturn = await startKeyturn();
  for (let n = 0; n < 20; n += 1) {
    expect((await signIn(keyturn, { code: `WRNG-WRNG-WR${n}` })).status).toBe(401);
  }
  const code = codeFor(keyturn, 'bob', 10 * 60_000);
  expect((await signIn(keyturn, { code })).status).toBe(429);
  keyturn.clock.advance(60_000);
  expect((await signIn(keyturn, { code })).status).toBe(200);
  const refused = (await readLog(keyturn)).filter(({ type }) => type === 'client.refused');
  expect(refused.map(({ data }) => [data.code, data.call])).toContainEqual([
    'UNAUTHENTICATED',
    'room sign-in',
  ]);
});

it.each([
  ['a second time', (code: string) => code, 0],
  ['after its time', (code: string) => code, 60_000],
  ['with one letter changed', (code: string) => `${code.slice(0, -1)}${code.endsWith('2') ? '3' : '2'}`, 0],
])('row 29: a code opens nothing %s', async (what, change, later) => {
  const keyturn = await startKeyturn();
  const code = codeFor(keyturn, 'bob', 60_000);
  if (what === 'a second time') expect((await signIn(keyturn, { code })).status).toBe(200);
  keyturn.clock.advance(later);
  expect((await signIn(keyturn, { code: change(code) })).status).toBe(401);
});

it.each([
  ['a client’s token', { token: tokenOf('agent') }],
  ['no credential', {}],
  ['two credentials', { code: 'AAAA', token: tokenOf('bob') }],
  ['a name beside the code', { code: 'AAAA', person: 'bob' }],
  ['a list', []],
  ['a text that is no JSON', '{"code":'],
])('row 29: nobody signs in with %s', async (_what, said) => {
  const keyturn = await startKeyturn();
  const answer = await signIn(keyturn, said);
  expect([answer.status, answer.headers['set-cookie']]).toEqual([401, undefined]);
});

it('row 29: a session ends with its time, with signing out, and with its person’s place in the policy', async () => {
  const { keyturn, bob } = await aRoom();
  const dora = await aVisitor(keyturn, 'dora');
  const list = (who: Visitor) => who.post('command', { line: 'list' });
  expect((await list(bob)).status).toBe(200);
  expect((await bob.post('sign-out')).status).toBe(200);
  expect((await list(bob)).status).toBe(401);
  keyturn.clock.advance(8 * 60 * 60_000 - 1);
  expect((await list(dora)).status).toBe(200);
  keyturn.clock.advance(1);
  expect((await list(dora)).status).toBe(401);
  const again = await keyturn.restart({ gone: ['dora'] });
  expect((await signIn(again, { code: codeFor(again, 'dora') })).status).toBe(401);
});

it('row 29: while the bot is public, the room answers on the admin listener and not on the public one', async () => {
  const publicUrl = 'https://keyturn.example';
  const keyturn = await startKeyturn({}, { listen: { host: '127.0.0.1', port: 0, publicUrl } });
  for (const path of PATHS) {
    expect([path, (await callRoom(keyturn, 'GET', path)).status]).toEqual([path, 404]);
  }
});
