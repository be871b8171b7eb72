import { expect, it } from 'vitest';
import { createWorkerDesk } from '../../../bot/app/worker-desk.ts';
import { REFUSALS } from '../../../bot/core/refusal.ts';
import { authenticator } from '../../../connectors/api/authenticate.ts';
import { CALLS } from '../../../connectors/api/openapi.ts';
import { apiRoutes } from '../../../connectors/api/routes.ts';
import { workerRoutes } from '../../../connectors/api/worker-routes.ts';
import { httpApp } from '../../../connectors/http/app.ts';
import { createMetrics } from '../../../connectors/http/metrics.ts';
import { tokenRoutes } from '../../../connectors/oidc/routes.ts';
import { outputFolder } from '../../../queue/executors/output-folder.ts';
import { tokenOf } from '../../helpers/rulebook.ts';
import { startKeyturn } from '../../helpers/start-keyturn.ts';
import { expectProblem, MINUTE, readLog, STATUS_OF, submit } from './world.ts';

const NOT_YET = [
  ['POST', '/slack/events'],
  ['POST', '/api/messages'],
  ['POST', '/webhooks/github'],
  ['POST', '/webhooks/gitlab'],
  ['POST', '/webhooks/terraform'],
  ['POST', '/webhooks/generic'],
  ['POST', '/mcp'],
] as const;

it('answers 404 to every call that is not there yet, and to those that never will be', async () => {
  const keyturn = await startKeyturn();
  const { id } = await submit(keyturn);
  const never = [
    ['GET', '/'],
    ['GET', '/v1'],
    ['GET', '/v1/requests/'],
    ['DELETE', '/v1/requests/{id}'],
    ['PUT', '/v1/requests/{id}'],
    ['PATCH', '/v1/requests/{id}'],
    ['GET', '/v1/requests/{id}/reviews'],
    ['GET', '/v1/requests/{id}/consume'],
    ['GET', '/v1/requests/{id}/approve'],
    ['POST', '/v1/requests/{id}'],
    ['GET', '/V1/requests'],
    ['GET', '/v1//requests'],
    ['POST', '/healthz'],
  ] as const;
  for (const [method, path] of [...NOT_YET, ...never]) {
    const headers = { authorization: `Bearer ${tokenOf('carol')}` };
    const response = await fetch(`${keyturn.url}${path.replace('{id}', id)}`, { method, headers });
    const body = await response.json();
    expectProblem({ status: response.status, headers: response.headers, body, text: '' }, 'NOT_FOUND');
  }
});

it.each([
  '%00',
  '%ff',
  '%ed%a0%80',
  '..%2f..%2fetc',
  'a'.repeat(8000),
  "'%20OR%201=1--",
  '%2e%2e',
  'req_%F0%9F%98%80',
])('finds nothing under the id %s', async (id) => {
  const keyturn = await startKeyturn();
  await submit(keyturn);
  expectProblem(await keyturn.get('carol', `/v1/requests/${id}`), 'NOT_FOUND');
  expectProblem(await keyturn.post('carol', `/v1/requesters/${id}/clear`, { comment: 'x' }), 'NOT_FOUND');
});

it('publishes every route it has and has every route it publishes', async () => {
  const keyturn = await startKeyturn();
  const { context } = keyturn.keyturn;
  const options = {
    context,
    authenticate: authenticator(() => context.rulebook),
    refusedCalls: { authenticated: async () => {}, unauthenticated: async () => {} },
    exporter: {
      reportNames: [],
      hasRoom: () => false,
      start: () => {
        throw new Error('no export is asked for');
      },
    },
    logger: { info() {}, warn() {}, error() {} },
    bodyWithinMs: 1,
  };
  const tokens = tokenRoutes({
    context,
    verify: async () => null,
    refusedCalls: { authenticated: async () => {}, unauthenticated: async () => {} },
  });
  const desk = createWorkerDesk(context, outputFolder(keyturn.dataDir), () => 0);
  const api = apiRoutes(options).route('/', workerRoutes(options, { desk, software: 'keyturn/0' }));
  const app = httpApp(
    api.route('/', tokens),
    { notReady: async () => null, warnings: () => [], openApi: () => ({}) },
    createMetrics(() => new Map()),
  );
  const routed = app.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method.toLowerCase()} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
  const published = (await keyturn.get('agent', '/openapi.json')).body.paths as Record<string, object>;
  const named = Object.entries(published).flatMap(([path, calls]) =>
    Object.keys(calls).map((call) => `${call} ${path}`),
  );
  expect(new Set(named)).toEqual(new Set(routed));
  expect(named).toHaveLength(CALLS.length);
});

it('publishes a document in the shape of OpenAPI 3.1, to anybody', async () => {
  const keyturn = await startKeyturn();
  const response = await fetch(`${keyturn.url}/openapi.json`);
  expect(response.headers.get('content-type')).toBe('application/json');
  const document = (await response.json()) as OpenApi;
  expect(document).toMatchObject({
    openapi: '3.1.0',
    info: { title: 'Keyturn', version: expect.any(String) },
  });
  const operations = Object.entries(document.paths).flatMap(([path, calls]) =>
    Object.values(calls).map((operation) => ({ path, operation })),
  );
  expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length);
  for (const { path, operation } of operations) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const declared = operation.parameters
      .filter((one) => one.in === 'path')
      .map(({ name, required }) => required && name);
    expect(declared).toEqual(named);
    for (const one of operation.parameters)
      expect(one).toMatchObject({ name: expect.any(String), schema: expect.any(Object) });
    for (const [status, answer] of Object.entries(operation.responses)) {
      expect(status).toMatch(/^([1-5]\d\d|[1-5]XX|default)$/);
      expect(answer.description).toEqual(expect.any(String));
      for (const { schema } of Object.values(answer.content ?? {}))
        expect(schema).toEqual(expect.any(Object));
    }
    const open = ['/healthz', '/readyz', '/openapi.json'].includes(path);
    expect(operation.security).toEqual(open ? [] : [{ token: [] }]);
  }
  for (const [, pointer] of JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    const found = pointer
      ?.split('/')
      .reduce<unknown>((at, step) => (at as Record<string, unknown>)?.[step], document);
    expect(found, pointer).toBeDefined();
  }
});

interface OpenApi {
  readonly paths: Record<string, Record<string, Operation>>;
}

interface Operation {
  readonly operationId: string;
  readonly security: object[];
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[];
  readonly responses: Record<
    string,
    { readonly description: string; readonly content?: Record<string, { schema: object }> }
  >;
}

it('knows exactly the codes of the contract', () => {
  expect([...REFUSALS].sort()).toEqual(Object.keys(STATUS_OF).sort());
});

it.each([
  ['no header', null],
  ['another scheme', `Basic ${Buffer.from('a:b').toString('base64')}`],
  ['no token', 'Bearer '],
  ['a token nobody has', 'Bearer ktp_nobody_has_this_token_0123456789'],
  ['a token that is too short', 'Bearer short'],
  ['a token that is too long', `Bearer ${'x'.repeat(201)}`],
  [
    'the hash instead of the token',
    'Bearer 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  ],
  ['two tokens', `Bearer ${tokenOf('bob')}, Bearer ${tokenOf('bob')}`],
  ['a token with white space around', `Bearer  ${tokenOf('bob')}`],
])('refuses %s in one way', async (_what, authorization) => {
  const keyturn = await startKeyturn();
  const response = await fetch(`${keyturn.url}/v1/requests`, {
    headers: authorization === null ? {} : { authorization },
  });
  expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
  expect(await response.json()).toMatchObject({ code: 'UNAUTHENTICATED' });
});

it('never reads a cookie or a token in the address', async () => {
  const keyturn = await startKeyturn();
  const cookie = `authorization=Bearer ${tokenOf('bob')}; token=${tokenOf('bob')}`;
  for (const path of ['/v1/requests', `/v1/requests?access_token=${tokenOf('bob')}`]) {
    expect((await fetch(`${keyturn.url}${path}`, { headers: { cookie } })).status).toBe(401);
  }
});

it('takes either of two tokens while one replaces the other', async () => {
  const fresh = 'ktp_another_token_of_bob_0123456789';
  const keyturn = await startKeyturn({ moreTokens: { bob: [fresh] } });
  const { id } = await submit(keyturn, {}, { who: 'bob' });
  const answer = await keyturn.get('eve', `/v1/requests/${id}`, { authorization: `bearer ${fresh}` });
  expect([answer.status, answer.body.requester.id]).toEqual([200, 'bob']);
});

it('counts calls without a credential: one entry a minute, the others in the next', async () => {
  const keyturn = await startKeyturn();
  const knock = () => fetch(`${keyturn.url}/v1/requests`);
  for (let times = 0; times < 5; times += 1) await knock();
  keyturn.clock.advance(MINUTE);
  await knock();
  const entries = (await readLog(keyturn)).filter(({ data }) => data.code === 'UNAUTHENTICATED');
  expect(entries.map(({ data }) => data.times)).toEqual([1, 5]);
  // The address stands beside the log, where it can be erased.
  expect(JSON.stringify(entries)).not.toContain('127.0.0.1');
});

it('bounds what a caller can write into the log by being refused', async () => {
  const keyturn = await startKeyturn();
  for (let times = 0; times < 150; times += 1) await keyturn.get('eve', '/v1/requests/req_none');
  const entries = (await readLog(keyturn)).filter(({ type }) => type === 'client.refused');
  expect(entries).toHaveLength(120);
});
