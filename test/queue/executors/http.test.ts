import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { allowedBy, isPublic } from '../../../queue/executors/addresses.ts';
import { type HttpSettings, type HttpWorld, httpExecutor } from '../../../queue/executors/http.ts';
import { webhookKey } from '../../../queue/executors/standard-webhook.ts';
import { aJob } from './a-job.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const KEY = webhookKey(SECRET);
const DIGEST = `sha256:${'d'.repeat(64)}` as const;
const NOW = 1_750_000_000_000;

interface Received {
  readonly request: IncomingMessage;
  readonly body: string;
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** A target that answers as it is told to, and remembers what it was asked. */
async function target(answer: (response: ServerResponse, received: Received) => void) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one = { request, body: Buffer.concat(chunks).toString() };
      received.push(one);
      answer(response, one);
    });
  });
  const port = await listening(server);
  onTestFinished(() => server.closeAllConnections());
  return { port, received };
}

function executor(url: string, changes: Partial<HttpSettings> = {}, world: Partial<HttpWorld> = {}) {
  const settings = {
    url,
    checkUrl: null,
    key: KEY,
    timeoutMs: 2_000,
    kind: 'idempotent',
    definition: DIGEST,
  } as const;
  const rule = allowedBy(['127.0.0.0/8']);
  return httpExecutor({ ...settings, ...changes }, { wall: () => NOW, addressRule: rule, ...world });
}

const status =
  (code: number, headers = {}) =>
  (response: ServerResponse) =>
    void response.writeHead(code, headers).end();

describe('the http executor', () => {
  it('sends nothing once its time is over, also when that was while it connected', async () => {
    const { port, received } = await target((response) => response.end('rotated'));
    const { job } = aJob({ isLate: () => true });
    const ended = await executor(`http://127.0.0.1:${port}/rotate`, { kind: 'checkable' }).run(job);
    const detail = 'was not sent in time; nothing was done';
    expect(ended).toEqual({ status: 'failed', exitCode: null, detail, retryable: true });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(received).toEqual([]);
  });

  it('posts the released action, signed as Standard Webhooks, with the request as idempotency key', async () => {
    const { port, received } = await target((response) => response.end('rotated'));
    const { job, output } = aJob({ attempt: 2 });
    const ended = await executor(`http://127.0.0.1:${port}/rotate?x=1`).run(job);
    expect(ended).toEqual({ status: 'succeeded', exitCode: null, detail: 'HTTP 200', retryable: false });
    expect(output()).toBe('rotated');
    const [{ request, body } = { request: null, body: '' }] = received;
    expect([request?.method, request?.url]).toEqual(['POST', '/rotate?x=1']);
    expect(JSON.parse(body)).toMatchObject({
      request: 'req_1',
      attempt: 2,
      action: 'db.migrate',
      payload: { version: '42' },
    });
    expect(request?.headers['idempotency-key']).toBe('"req_1"');
    const {
      'webhook-id': id,
      'webhook-timestamp': at,
      'webhook-signature': signature,
    } = request?.headers ?? {};
    expect([id, at]).toEqual(['req_1', String(NOW / 1000)]);
    const expected = createHmac('sha256', Buffer.alloc(32, 7))
      .update(`${String(id)}.${String(at)}.${body}`)
      .digest();
    expect(timingSafeEqual(Buffer.from(String(signature).slice(3), 'base64'), expected)).toBe(true);
  });

  it.each([
    [400, { status: 'failed', retryable: false }],
    [404, { status: 'failed', retryable: false }],
    [409, { status: 'failed', retryable: false }],
    [429, { status: 'failed', retryable: true }],
    [503, { status: 'failed', retryable: true }],
    [500, { status: 'unknown', retryable: true }],
    [502, { status: 'unknown', retryable: true }],
  ])('reads %i of an idempotent target as %o', async (code, expected) => {
    const { port } = await target(status(code));
    expect(await executor(`http://127.0.0.1:${port}/`).run(aJob().job)).toMatchObject({
      ...expected,
      detail: `HTTP ${code}`,
    });
  });

  it.each([
    [408, 'once', 'unknown', false],
    [425, 'once', 'failed', false],
    [429, 'once', 'failed', false],
    [500, 'once', 'unknown', false],
    [503, 'once', 'unknown', false],
    [408, 'checkable', 'unknown', true],
    [503, 'checkable', 'unknown', true],
  ] as const)(
    'reads %i of a target of kind %s as %s, and that it may be tried again as %s',
    async (code, kind, expected, retryable) => {
      const { port } = await target(status(code));
      const ended = await executor(`http://127.0.0.1:${port}/`, { kind }).run(aJob().job);
      expect(ended).toMatchObject({ status: expected, retryable });
    },
  );

  it('may try again, whatever the kind, when nobody listened', async () => {
    const port = await listening(createTcpServer());
    const closed = port === 1 ? 2 : 1;
    const ended = await executor(`http://127.0.0.1:${closed}/`, { kind: 'once' }).run(aJob().job);
    expect(ended).toMatchObject({
      status: 'failed',
      retryable: true,
      detail: 'the connection failed (ECONNREFUSED)',
    });
  });

  it('cannot say what happened when the connection breaks after it was sent', async () => {
    const { port } = await target((response) => void response.socket?.destroy());
    const ended = await executor(`http://127.0.0.1:${port}/`, { kind: 'once' }).run(aJob().job);
    expect(ended).toMatchObject({ status: 'unknown', retryable: false });
  });

  it('cannot say what happened when no answer comes in time', async () => {
    const { port } = await target(() => undefined);
    const ended = await executor(`http://127.0.0.1:${port}/`, { timeoutMs: 200, kind: 'once' }).run(
      aJob().job,
    );
    expect(ended).toEqual({
      status: 'unknown',
      exitCode: null,
      detail: 'no answer within 0.2 seconds',
      retryable: false,
    });
  });

  it('lets go at once when it is stopped, and does not claim that nothing happened', async () => {
    const stop = new AbortController();
    const { port } = await target(() => stop.abort());
    const ended = await executor(`http://127.0.0.1:${port}/`, { timeoutMs: 60_000 }).run(
      aJob({ signal: stop.signal }).job,
    );
    expect(ended).toEqual({
      status: 'unknown',
      exitCode: null,
      detail: 'stopped on request',
      retryable: false,
    });
  });

  it('sends nothing that was stopped before', async () => {
    const { port, received } = await target((response) => response.end());
    const ended = await executor(`http://127.0.0.1:${port}/`).run(aJob({ signal: AbortSignal.abort() }).job);
    const detail = 'stopped before it was sent';
    expect(ended).toEqual({ status: 'failed', exitCode: null, detail, retryable: false });
    expect(received).toEqual([]);
  });

  it('asks whether it is late before each call, since no call goes over the connection of another', async () => {
    const { port, received } = await target((response) => response.end());
    const one = executor(`http://127.0.0.1:${port}/`);
    expect((await one.run(aJob().job)).status).toBe('succeeded');
    expect((await one.run(aJob({ isLate: () => true }).job)).status).toBe('failed');
    expect(received).toHaveLength(1);
  });

  it('has sent nothing when no name server answers in time', async () => {
    const lookup = () => new Promise<never>(() => undefined);
    const ended = await executor('http://slow.example/', { timeoutMs: 200 }, { lookup }).run(aJob().job);
    const detail = 'slow.example was not found';
    expect(ended).toEqual({ status: 'failed', exitCode: null, detail, retryable: true });
  });

  it('believes a status whose body breaks off', async () => {
    const { port } = await target((response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half', () => response.socket?.destroy());
    });
    const { job, output } = aJob();
    expect((await executor(`http://127.0.0.1:${port}/`).run(job)).status).toBe('succeeded');
    expect(output()).toBe('half');
  });

  it('keeps only so much of an endless answer', async () => {
    const { port } = await target((response) => {
      const more = (): void => {
        if (!response.destroyed) response.write('x'.repeat(50_000), more);
      };
      more();
    });
    const { job, output } = aJob();
    expect(await executor(`http://127.0.0.1:${port}/`).run(job)).toMatchObject({ status: 'succeeded' });
    expect(output().length).toBe(65_536);
  });
});

describe('a checkable target', () => {
  it.each([
    [200, 'happened'],
    [404, 'did_not_happen'],
    [204, 'cannot_say'],
    [302, 'cannot_say'],
    [403, 'cannot_say'],
    [500, 'cannot_say'],
  ])('that answers %i says: %s', async (code, expected) => {
    const { port, received } = await target(status(code));
    const url = `http://127.0.0.1:${port}/`;
    const checkable = executor(url, { kind: 'checkable', checkUrl: `${url}seen?x=1` });
    expect(await checkable.check?.(aJob().job)).toBe(expected);
    expect([received[0]?.request.method, received[0]?.request.url]).toEqual([
      'GET',
      '/seen?x=1&request=req_1',
    ]);
    expect(received[0]?.request.headers['webhook-signature']).toMatch(/^v1,/);
  });

  it('that is not there cannot say', async () => {
    const checkable = executor('http://127.0.0.1:1/', { kind: 'checkable', checkUrl: 'http://127.0.0.1:1/' });
    expect(await checkable.check?.(aJob().job)).toBe('cannot_say');
  });
});

describe('row 20: where an action may go', () => {
  it('does not follow a redirect to the inside', async () => {
    const inside = await target((response) => response.end());
    const { port } = await target(status(307, { location: `http://127.0.0.1:${inside.port}/` }));
    const ended = await executor(`http://127.0.0.1:${port}/`).run(aJob().job);
    expect(ended).toMatchObject({
      status: 'failed',
      detail: 'HTTP 307: redirects are not followed',
      retryable: false,
    });
    expect(inside.received).toEqual([]);
  });

  it('sends nothing to an address outside its ranges', async () => {
    const { port, received } = await target((response) => response.end());
    const ended = await executor(`http://127.0.0.1:${port}/`, {}, { addressRule: isPublic }).run(aJob().job);
    expect(ended).toMatchObject({
      status: 'failed',
      retryable: false,
      detail: expect.stringContaining('must not be reached'),
    });
    expect(received).toEqual([]);
  });

  it('looks once more at where the connection leads before a byte of the action leaves', async () => {
    const { port, received } = await target((response) => response.end());
    let looks = 0;
    const addressRule = () => {
      looks += 1;
      return looks === 1;
    };
    const ended = await executor(`http://127.0.0.1:${port}/`, {}, { addressRule }).run(aJob().job);
    expect(ended).toMatchObject({ status: 'failed', retryable: false });
    expect(received).toEqual([]);
  });

  it('goes to the address that was looked at, not to what the name server says the second time', async () => {
    const { port, received } = await target((response) => response.end());
    let asked = 0;
    const lookup = async () => {
      asked += 1;
      return [{ address: asked === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }];
    };
    const ended = await executor(`http://rebind.example:${port}/`, {}, { lookup }).run(aJob().job);
    expect([ended.status, asked, received.length]).toEqual(['succeeded', 1, 1]);
  });
});
