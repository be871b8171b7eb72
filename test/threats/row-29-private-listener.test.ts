import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { startKeyturn } from '../helpers/start-keyturn.ts';

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

const statusOf = async (url: string) => (await fetch(url)).status;

it('row 29: with a public_url what only operators see answers on the admin listener alone', async () => {
  const adminPort = await freePort();
  const listen = { host: '127.0.0.1', port: 0, publicUrl: 'https://keyturn.example' };
  const { url } = await startKeyturn({}, { listen, adminPort });
  expect(await statusOf(`${url}/metrics`)).toBe(404);
  expect(await statusOf(`${url}/room`)).toBe(404);
  expect(await statusOf(`http://127.0.0.1:${adminPort}/metrics`)).toBe(200);
  expect(await statusOf(`${url}/healthz`)).toBe(200);
});

it('row 29: the admin listener offers none of the calls that decide', async () => {
  const adminPort = await freePort();
  const listen = { host: '0.0.0.0', port: 0, publicUrl: null };
  const { url } = await startKeyturn({}, { listen, adminPort });
  const admin = `http://127.0.0.1:${adminPort}`;
  for (const path of ['/v1/requests', '/v1/audit/entries', '/openapi.json']) {
    expect(await statusOf(admin + path), path).toBe(404);
  }
  // Bound to every address, the main listener is no loopback listener, whoever calls it from where.
  expect(await statusOf(`${url}/metrics`)).toBe(404);
  expect(await statusOf(`${url}/room`)).toBe(404);
});

it('row 29: on loopback and without a public_url one listener has it all', async () => {
  const { url } = await startKeyturn();
  expect(await statusOf(`${url}/metrics`)).toBe(200);
});
