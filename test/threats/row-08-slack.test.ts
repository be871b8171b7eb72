import { expect, it } from 'vitest';
import { signatureCheck } from '../../bot/slack/signature.ts';
import { readLog, stateOf } from '../connectors/api/world.ts';
import { sign, signedRequest } from '../helpers/fake-slack/signed-http.ts';
import { exchange } from './raw-socket.ts';
import { expectUndecided, type SlackAttack, underAttack } from './slack-world.ts';

type Change = (
  signed: ReturnType<typeof signedRequest>,
  attack: SlackAttack,
) => { body?: string; headers?: Record<string, string> };

const at = (attack: SlackAttack, seconds: number) => String(Math.floor(attack.slack.now() / 1000) + seconds);
const signedAt =
  (seconds: number): Change =>
  ({ body }, attack) => {
    const timestamp = at(attack, seconds);
    return {
      headers: {
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': sign(attack.slack.signingSecret, timestamp, body),
      },
    };
  };

const FORGERIES: readonly (readonly [what: string, change: Change])[] = [
  [
    'signed with another secret',
    ({ body, headers }) => ({
      headers: {
        'x-slack-signature': sign(
          'another-secret-0123456789',
          headers['x-slack-request-timestamp'] ?? '',
          body,
        ),
      },
    }),
  ],
  [
    'signed with an empty secret',
    ({ body, headers }) => ({
      headers: { 'x-slack-signature': sign('', headers['x-slack-request-timestamp'] ?? '', body) },
    }),
  ],
  [
    'with one hex digit changed',
    ({ headers }) => ({
      headers: {
        'x-slack-signature': (headers['x-slack-signature'] ?? '').replace(/.$/, (last) =>
          last === '0' ? '1' : '0',
        ),
      },
    }),
  ],
  [
    'with half a signature',
    ({ headers }) => ({
      headers: { 'x-slack-signature': (headers['x-slack-signature'] ?? '').slice(0, 30) },
    }),
  ],
  [
    'of another version',
    ({ headers }) => ({
      headers: { 'x-slack-signature': (headers['x-slack-signature'] ?? '').replace('v0=', 'v1=') },
    }),
  ],
  ['without a signature', () => ({ headers: { 'x-slack-signature': '' } })],
  ['without a timestamp', () => ({ headers: { 'x-slack-request-timestamp': '' } })],
  ['with a timestamp that is no number', () => ({ headers: { 'x-slack-request-timestamp': 'NaN' } })],
  ['signed 310 seconds ago', signedAt(-310)],
  ['signed 310 seconds from now', signedAt(310)],
  ['re-encoded, with the same meaning', ({ body }) => ({ body: body.replace('payload=', '%70ayload=') })],
  ['with a byte more', ({ body }) => ({ body: `${body}&` })],
];

it.each(FORGERIES)('row 8: refuses a body %s, and does nothing', async (_what, change) => {
  const attack = await underAttack();
  const click = attack.slack.person('U02').clickOf(attack.card, 'Approve');
  const signed = signedRequest(click, 0, attack.slack);
  const forged = change(signed, attack);
  const answer = await fetch(`${attack.keyturn.url}/slack/events`, {
    method: 'POST',
    headers: { ...signed.headers, ...forged.headers },
    body: forged.body ?? signed.body,
  });
  expect(answer.status).toBe(401);
  await expectUndecided(attack);
  const refused = (await readLog(attack.keyturn)).filter(({ type }) => type === 'client.refused');
  expect(refused).toMatchObject([{ data: { code: 'UNAUTHENTICATED', call: 'slack events' } }]);
});

it('row 8: takes the very same body as it was signed', async () => {
  const attack = await underAttack();
  const click = attack.slack.person('U02').clickOf(attack.card, 'Approve');
  const { body, headers } = signedRequest(click, 0, attack.slack);
  const send = () => fetch(`${attack.keyturn.url}/slack/events`, { method: 'POST', headers, body });
  expect((await send()).status).toBe(200);
  expect(await stateOf(attack.keyturn, attack.request)).toBe('approved');
  // A replay within the five minutes is answered, and changes nothing.
  expect((await send()).status).toBe(200);
  const votes = (await readLog(attack.keyturn)).filter(({ type }) => type.startsWith('review.'));
  expect(votes.map(({ type }) => type)).toEqual(['review.recorded']);
});

it('row 8: holds for 300 seconds in both directions, and not for one more', () => {
  const now = 1_800_000_000_000;
  const secret = 'a-signing-secret-0123456789';
  const check = signatureCheck(secret, () => now);
  const body = Buffer.from('a=b');
  const isTaken = (seconds: number) => {
    const timestamp = String(now / 1000 + seconds);
    return check({ body, timestamp, signature: sign(secret, timestamp, body) });
  };
  expect([-300, 0, 300].map(isTaken)).toEqual([true, true, true]);
  expect([-301, 301].map(isTaken)).toEqual([false, false]);
});

it.each(['', 'short'])('row 8: there is no check with the secret "%s": it throws at the start', (secret) => {
  expect(() => signatureCheck(secret, Date.now)).toThrow('SLACK_SIGNING_SECRET');
});

it('row 8: bytes that are no UTF-8 and bodies that are no JSON are refused after the signature, by status', async () => {
  const attack = await underAttack();
  const timestamp = at(attack, 0);
  const send = (body: Buffer, type: string) =>
    fetch(`${attack.keyturn.url}/slack/events`, {
      method: 'POST',
      headers: {
        'content-type': type,
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': sign(attack.slack.signingSecret, timestamp, body),
      },
      body: new Uint8Array(body),
    });
  for (const [body, type] of [
    [Buffer.from([0xff, 0xfe]), 'application/json'],
    [Buffer.from('{'), 'application/json'],
    [Buffer.from('[]'), 'application/json'],
    [Buffer.from('payload=%7B'), 'application/x-www-form-urlencoded'],
    [Buffer.from('hello'), 'text/plain'],
  ] as const) {
    expect((await send(body, type)).status).toBe(400);
  }
  const challenge = Buffer.from('{"type":"url_verification","challenge":"abc"}');
  expect(await (await send(challenge, 'application/json')).json()).toEqual({ challenge: 'abc' });
});

it('row 8: a body beyond the limit is refused before it is kept', async () => {
  const { keyturn } = await underAttack();
  const { port } = new URL(keyturn.url);
  const head = `POST /slack/events HTTP/1.1\r\nHost: keyturn\r\nContent-Length: ${10 * 1024 * 1024}\r\n\r\n`;
  expect(await exchange(Number(port), [head])).toMatchObject({ status: 413 });
});
