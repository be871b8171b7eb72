import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { createGate } from '../../../connectors/client/gate.ts';
import { EXPORT, errorOf, gated } from './world.ts';

const JOB = 'the-token-of-this-job';

/** A Keyturn that takes a job's token once, as the real one does. */
async function inAJob() {
  const { fake } = await gated();
  fake.firstState = 'approved';
  const exchanges: (string | undefined)[] = [];
  const server = createServer(async (request, response) => {
    if (request.url === '/v1/token') {
      exchanges.push(request.headers.authorization);
      const isFirst = exchanges.length === 1;
      response.writeHead(isFirst ? 200 : 401, { 'content-type': 'application/json' });
      response.end(JSON.stringify(isFirst ? { token: fake.token } : { code: 'UNAUTHENTICATED' }));
      return;
    }
    const headers = Object.entries(request.headers).flatMap(([name, value]) =>
      ['authorization', 'idempotency-key'].includes(name) ? [[name, String(value)]] : [],
    );
    const body = request.method === 'GET' ? null : await text(request);
    const answer = await fetch(`${fake.url}${request.url}`, {
      method: String(request.method),
      headers: Object.fromEntries(headers),
      body,
    });
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.env['KEYTURN_ID_TOKEN'] = JOB;
  onTestFinished(() => {
    delete process.env['KEYTURN_ID_TOKEN'];
    server.closeAllConnections();
    server.close();
  });
  return { fake, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, exchanges };
}

it('exchanges the token of a job once, for as many gates as there are', async () => {
  const { fake, url, exchanges } = await inAJob();
  fake.refuseNext('submit', { status: 429, code: 'LIMIT_REACHED' });
  const gate = createGate({ url });
  expect((await errorOf(gate(EXPORT, () => 'first'))).code).toBe('REFUSED');
  expect(await gate(EXPORT, () => 'second')).toBe('second');
  expect(exchanges).toEqual([`Bearer ${JOB}`]);
});

it('takes no job’s token in the place of one that was given and is empty', async () => {
  const { url, exchanges } = await inAJob();
  expect((await errorOf(createGate({ url, token: '' })(EXPORT, () => 'ran'))).code).toBe('NOT_CONFIGURED');
  expect(exchanges).toEqual([]);
});

it('shows the token of the job anew once its session is not known any more', async () => {
  const { fake, url, exchanges } = await inAJob();
  const gate = createGate({ url });
  fake.refuseNext('submit', { status: 401, code: 'UNAUTHENTICATED' });
  expect((await errorOf(gate(EXPORT, () => 'ran'))).code).toBe('NOT_CONFIGURED');
  expect((await errorOf(gate(EXPORT, () => 'ran'))).code).toBe('NOT_CONFIGURED');
  expect(exchanges).toHaveLength(2);
});
