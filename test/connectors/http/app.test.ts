import { type AddressInfo, createServer } from 'node:net';
import { expect, it } from 'vitest';
import { REFUSALS, refuse } from '../../../bot/core/refusal.ts';
import { httpApp } from '../../../connectors/http/app.ts';
import { newHttpApp } from '../../../connectors/http/bindings.ts';
import { createMetrics } from '../../../connectors/http/metrics.ts';
import { problem } from '../../../connectors/http/problem.ts';
import { seededRandom } from '../../helpers/seeded-random.ts';
import { startKeyturn } from '../../helpers/start-keyturn.ts';
import { anApproved, expectProblem, post, review, STATUS_OF, stateOf, submit } from '../api/world.ts';

it('says to anybody that it lives and that it is ready, and nothing else', async () => {
  const keyturn = await startKeyturn();
  await submit(keyturn);
  for (const [path, status] of [
    ['/healthz', 'ok'],
    ['/readyz', 'ready'],
  ]) {
    const response = await fetch(`${keyturn.url}${path}`);
    // A test install has no anchor, and readiness says so.
    const warnings = status === 'ready' ? { warnings: [expect.stringContaining('no anchor')] } : {};
    expect([response.status, await response.json()]).toEqual([200, { status, ...warnings }]);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  }
});

it('is not ready when the log cannot be written, and lives on', async () => {
  const health = {
    notReady: async () => 'the log cannot be written',
    warnings: () => [],
    openApi: () => ({}),
  };
  const app = httpApp(
    newHttpApp(),
    health,
    createMetrics(() => new Map()),
  );
  const ready = await app.request('/readyz');
  expect([ready.status, await ready.json()]).toEqual([
    503,
    { status: 'not ready', reason: 'the log cannot be written' },
  ]);
  expect((await app.request('/healthz')).status).toBe(200);
});

it('answers UNAVAILABLE without a reason when something breaks, tells the operator, and has done nothing', async () => {
  const random = seededRandom('breaks');
  let broken = false;
  const told: unknown[] = [];
  const note = (message: string, fields: unknown) => told.push([message, fields]);
  const keyturn = await startKeyturn(
    {},
    {
      ports: {
        random: {
          bytes(count) {
            if (broken) throw new Error('no entropy at /dev/hidden-detail');
            return random.bytes(count);
          },
        },
        logger: { info() {}, warn() {}, error: note },
      },
    },
  );
  const request = await submit(keyturn);
  broken = true;
  const answers = [
    await post(keyturn, 'agent', { payload: {} }),
    await review(keyturn, 'bob', request, 'reject'),
  ];
  for (const answer of answers) {
    expectProblem(answer, 'UNAVAILABLE');
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(answer.text).not.toContain('entropy');
  }
  broken = false;
  expect(JSON.stringify(told)).toContain('hidden-detail');
  expect(await stateOf(keyturn, request)).toBe('pending');
  expect((await submit(keyturn, { payload: {} })).number).toBe(2);
});

it.each(REFUSALS)('gives %s a whole problem body with its status', async (code) => {
  const response = problem(refuse(code));
  const body = (await response.json()) as Record<string, unknown>;
  expect(response.status).toBe(STATUS_OF[code]);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(body).toEqual({
    type: `urn:keyturn:problem:${code}`,
    title: expect.any(String),
    status: STATUS_OF[code],
    code,
    // A sentence for people, which says more than the code does.
    detail: expect.stringMatching(/^[A-Z].{20,}\.$/s),
  });
});

it('writes each field problem with its pointer', async () => {
  const fields = [{ pointer: '/a~1b', problem: 'is wrong' }];
  expect(await problem(refuse('INVALID', { fields })).json()).toMatchObject({
    errors: [{ pointer: '/a~1b', detail: 'is wrong' }],
  });
});

const metrics = async (url: string) => {
  const response = await fetch(`${url}/metrics`);
  return { status: response.status, text: await response.text() };
};

it('serves metrics beside everything else while nothing but loopback can reach it', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn, {
    target: { system: 'postgres', environment: 'prod', resource: 'canary-target' },
  });
  await keyturn.get('bob', `/v1/requests/${request.id}/payload`);
  await fetch(`${keyturn.url}/nothing/canary-path`);
  const { status, text } = await metrics(keyturn.url);
  expect(status).toBe(200);
  expect(text).toContain('keyturn_requests_open{state="pending"} 1');
  expect(text).toContain('keyturn_http_calls_total{call="GET /v1/requests/:id/payload",status="200"} 1');
  expect(text).not.toMatch(/canary|req_|agent|bob|COPY|ktp_/);
});

it('counts what is open now, also when the last one of a state is gone', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn);
  expect((await metrics(keyturn.url)).text).toContain('keyturn_requests_open{state="pending"} 1');
  await review(keyturn, 'bob', request, 'reject');
  await anApproved(keyturn);
  const lines = (await metrics(keyturn.url)).text
    .split('\n')
    .filter((line) => line.startsWith('keyturn_requests_open'));
  expect(lines).toContain('keyturn_requests_open{state="pending"} 0');
  expect(lines).toContain('keyturn_requests_open{state="approved"} 1');
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

it.each([
  ['has a public address', { host: '127.0.0.1', port: 0, publicUrl: 'https://keyturn.example' }],
  ['listens everywhere', { host: '0.0.0.0', port: 0, publicUrl: null }],
])('keeps metrics to the admin listener when the main one %s', async (_what, listen) => {
  const adminPort = await freePort();
  const keyturn = await startKeyturn({}, { listen, adminPort });
  const main = await metrics(keyturn.url);
  expect([main.status, main.text]).toEqual([404, expect.stringContaining('NOT_FOUND')]);
  const admin = await metrics(`http://127.0.0.1:${adminPort}`);
  expect([admin.status, admin.text]).toEqual([200, expect.stringContaining('keyturn_requests_open')]);
  expect((await fetch(`http://127.0.0.1:${adminPort}/v1/requests`)).status).toBe(404);
});
