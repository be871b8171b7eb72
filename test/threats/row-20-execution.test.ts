import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { startKeyturn } from '../helpers/start-keyturn.ts';
import { submitApproved, untilState } from '../queue/runs/world.ts';
import { actionsOf, httpOf, SECRET } from './run-world.ts';

/** Something inside that must not be reached. */
async function inside(answer: RequestListener = (_request, response) => void response.end()) {
  const hits: string[] = [];
  const server = createServer((request, response) => {
    hits.push(`${request.method} ${request.url}`);
    answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { hits, port: (server.address() as AddressInfo).port };
}

async function run(url: string, cidrs: readonly string[], payload = {}) {
  const keyturn = await startKeyturn({ actions: actionsOf(httpOf(url, cidrs), { SIGN_SECRET: SECRET }) });
  const { id } = await submitApproved(keyturn, payload);
  const ended = await untilState(keyturn, id, 'failed');
  return String(ended.execution.outcome.detail);
}

it.each(['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]'])(
  'row 20: an executor without ranges does not reach %s, and says so',
  async (host) => {
    const { hits, port } = await inside();
    expect(await run(`http://${host}:${port}/`, [])).toMatch(/must not be reached from here/);
    expect(hits).toEqual([]);
  },
  30_000,
);

it('row 20: link-local and metadata addresses are not reached, whatever the ranges say', async () => {
  expect(await run('http://169.254.169.254/latest/meta-data', ['0.0.0.0/0'])).toMatch(
    /must not be reached from here/,
  );
}, 30_000);

it('row 20: a target that redirects to the inside takes nothing there', async () => {
  const hidden = await inside();
  const target = await inside((_request, response) =>
    response.writeHead(307, { location: `http://127.0.0.1:${hidden.port}/admin` }).end(),
  );
  const detail = await run(`http://127.0.0.1:${target.port}/`, ['127.0.0.1/32']);
  expect(detail).toContain('redirects are not followed');
  expect([target.hits.length, hidden.hits]).toEqual([1, []]);
}, 30_000);

it('row 20: a payload that names an address names no place to go', async () => {
  const hidden = await inside();
  const target = await inside((_request, response) => response.writeHead(400).end());
  const url = `http://127.0.0.1:${hidden.port}/`;
  await run(`http://127.0.0.1:${target.port}/`, ['127.0.0.1/32'], { url, callback: url, target: url });
  expect([target.hits, hidden.hits]).toEqual([['POST /'], []]);
}, 30_000);
