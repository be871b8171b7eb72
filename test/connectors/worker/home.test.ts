import { json } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { sha256Hex } from '../../../bot/core/digest.ts';
import type { RequestId } from '../../../bot/core/request.ts';
import { remoteHome } from '../../../connectors/worker/home.ts';
import { PlaceOfAFake } from '../../helpers/place-of-a-fake.ts';
import { seededRandom } from '../../helpers/seeded-random.ts';

const ID = 'req_1' as RequestId;
const DEFINITION = `sha256:${'d'.repeat(64)}` as const;
const DONE = { status: 'succeeded', exitCode: 0, detail: null, retryable: false } as const;
const FINISHED = { attempt: 1, ended: DONE, retryInMs: 0, output: null };

interface Asked {
  readonly path: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the wire says, and asserts on it
  readonly body: any;
}
/** A status and what it says; null breaks the connection. */
type Answer = readonly [number, unknown] | null;

/** A worker's home whose bot answers as the test says. What the bot signs is what it says that it signs. */
async function aHome(
  answer: (asked: Asked, call: number) => Answer,
  grant: (challenge: string) => unknown = () => null,
) {
  const asked: Asked[] = [];
  const bot = new PlaceOfAFake(async (incoming, out) => {
    const one = { path: incoming.url ?? '', body: await json(incoming) };
    asked.push(one);
    const said = answer(one, asked.length);
    if (said === null) incoming.socket.destroy();
    else out.writeHead(said[0], { 'content-type': 'application/json' }).end(JSON.stringify(said[1]));
  });
  await bot.up();
  onTestFinished(() => bot.down());
  const away: string[] = [];
  const home = remoteHome({
    bot: { url: bot.url, token: 'ktw_0123456789' },
    software: 'keyturn/1',
    verify: () => grant(asked[0]?.body.challenge),
    definitionOf: () => DEFINITION,
    random: seededRandom('home'),
    wall: () => Date.now(),
    logger: { info() {}, warn() {}, error() {} },
    sleep: async () => undefined,
    onTurnedAway: (why) => away.push(why),
  });
  return { home, asked, away };
}

const refused = (status: number, code: string): Answer => [status, { status, code, title: code }];

/** What the bot would answer to a claim of an action with this text. */
const claimed = (actionText: string) => ({
  request: ID,
  attempt: 1,
  action: 'db.migrate',
  target: { system: 'postgres', environment: 'prod', resource: 'orders' },
  action_digest: `sha256:${sha256Hex(actionText)}`,
  action_text: actionText,
  lease_ms: 30_000,
  redact: [],
  settings: {},
  grant: { payloadType: 'x', payload: '', signatures: [{ keyid: '', sig: '' }] },
});
const signed = (actionText: string) => (challenge: string) => ({
  request: ID,
  challenge,
  attempt: 1,
  definition: DEFINITION,
  action_digest: `sha256:${sha256Hex(actionText)}`,
  expires_at: '2199-01-01T00:00:00.000Z',
});

it('what somebody put into Redis leads to no other call of the bot', async () => {
  const { home, asked } = await aHome(() => refused(404, 'NOT_FOUND'));
  await home.claim('x/../../../v1/requests/req_1/consume?a=#' as RequestId);
  expect(asked.map(({ path }) => path)).toEqual([
    '/v1/worker/runs/x%2F..%2F..%2F..%2Fv1%2Frequests%2Freq_1%2Fconsume%3Fa%3D%23/claim',
  ]);
});

it('a claim whose answer is lost is asked again with the same challenge, three times at most', async () => {
  const text = JSON.stringify({ action: 'a', target: {}, payload: {} });
  const lossy = await aHome((_asked, call) => (call < 3 ? null : [200, claimed(text)]), signed(text));
  expect(await lossy.home.claim(ID)).toMatchObject({ ok: true });
  const challenges = lossy.asked.map(({ body }) => body.challenge);
  expect([challenges.length, new Set(challenges).size]).toEqual([3, 1]);
  const gone = await aHome(() => null);
  await expect(gone.home.claim(ID)).rejects.toThrow();
  expect(gone.asked).toHaveLength(3);
  await gone.home.claim(ID).catch(() => undefined);
  expect(new Set(gone.asked.map(({ body }) => body.challenge)).size).toBe(2);
});

it.each([
  ['is not JSON', 'not json', 'its answer cannot be read'],
  ['nobody signed', null, 'its grant is not signed by the bot'],
])('row 1: a claim whose action %s is not run, and the bot is told', async (_what, text, why) => {
  const { home, asked } = await aHome(
    ({ path }) => (path.endsWith('/claim') ? [200, claimed(text ?? '{}')] : [200, { ok: true }]),
    text === null ? () => null : signed(text),
  );
  expect(await home.claim(ID)).toMatchObject({ ok: false, code: 'DIGEST_MISMATCH' });
  expect(asked.map(({ path }) => path)).toEqual([
    '/v1/worker/runs/req_1/claim',
    '/v1/worker/runs/req_1/outcome',
  ]);
  expect(asked[1]?.body).toMatchObject({
    attempt: 1,
    status: 'failed',
    detail: `not run: ${why}`,
    retryable: true,
  });
});

it.each<[string, Answer]>([
  ['breaks off', null],
  ['is a fault of the bot’s', refused(503, 'UNAVAILABLE')],
  ['waits for a directory', refused(503, 'DIRECTORY_UNAVAILABLE')],
  ['is not the bot’s', [200, { hello: 'world' }]],
  ['is a refusal that the bot does not know', refused(403, 'BLOCKED_BY_PROXY')],
  ['is a redirect', [302, {}]],
])('an outcome whose answer %s has not been told: it is told again', async (_what, answer) => {
  const { home, away } = await aHome(() => answer);
  await expect(home.finish(ID, FINISHED)).rejects.toThrow();
  expect(away).toEqual([]);
});

it('an outcome that is refused has been told, and one that says too much is cut', async () => {
  const { home, asked } = await aHome(() => refused(403, 'FORBIDDEN'));
  const ended = { ...DONE, detail: 'x'.repeat(5_000) };
  expect(await home.finish(ID, { ...FINISHED, ended })).toMatchObject({ ok: false, code: 'FORBIDDEN' });
  expect(asked[0]?.body.detail).toHaveLength(2_000);
});

it.each<[string, Answer, string]>([
  ['does not know its token', refused(401, 'UNAUTHENTICATED'), 'the bot does not know this token'],
  [
    'is of another version',
    [
      422,
      {
        status: 422,
        code: 'INVALID',
        title: 'no',
        errors: [{ pointer: '/version', detail: 'is 1, and not 2' }],
      },
    ],
    'this worker is 1, and not 2',
  ],
])('a worker hears that the bot %s', async (_what, answer, why) => {
  const { home, away } = await aHome(() => answer);
  expect(await home.hello()).toMatchObject({ ok: false });
  expect(away).toEqual([why]);
});

it('output that is refused is not sent again', async () => {
  const { home } = await aHome(() => refused(403, 'FORBIDDEN'));
  const released = { job: { request: ID, attempt: 1 } } as unknown as Parameters<typeof home.send>[0];
  expect(await home.send(released, 0, Buffer.from('x'))).toBeNull();
});
