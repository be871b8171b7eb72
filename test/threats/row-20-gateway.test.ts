import { expect, it } from 'vitest';
import { ticketsWorld } from '../connectors/mcp/tickets.ts';
import { use } from '../connectors/mcp/world.ts';

it.each([301, 302, 303, 307, 308])(
  'row 20: a server behind the gateway cannot send it elsewhere by %s, not even on its own host',
  async (status) => {
    const { tickets, keyturn, connect } = await ticketsWorld();
    tickets.instead = (response) => {
      response.writeHead(status, { location: '/elsewhere' }).end();
      return true;
    };
    expect((await use(await connect(), 'tickets__close', {})).text).toContain('is down');
    expect(tickets.elsewhere).toBe(0);
    expect((await keyturn.get('alice', '/v1/requests')).body.items).toEqual([]);
  },
);

it.each([
  'http://tickets.example/mcp',
  'http://169.254.169.254/latest/meta-data',
  'http://127.0.0.1.evil.example/mcp',
  'http://localhost.evil.example/mcp',
  'http://[::ffff:169.254.169.254]/mcp',
  'https://user:canary@tickets.example/mcp',
  'file:///etc/passwd',
  'ftp://127.0.0.1/mcp',
])('row 20: the gateway does not start with the address %s', async (url) => {
  const { gateway } = await ticketsWorld();
  gateway.writeServers({ tickets: { url } });
  const { code, stderr } = await gateway.run();
  expect(code).toBe(78);
  expect(stderr).toContain('Nothing was started');
  expect(stderr).not.toContain('canary');
});
