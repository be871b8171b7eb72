import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { githubWorld } from '../connectors/github/world.ts';
import { gitlabWorld } from '../connectors/gitlab/world.ts';
import { connect, use, WAYS } from '../connectors/mcp/world.ts';
import type { OidcWorld } from '../connectors/oidc/world.ts';
import { aSession, ask } from '../connectors/oidc/world.ts';
import { toySource } from '../connectors/source/toy.ts';
import { terraformWorld } from '../connectors/terraform/world.ts';
import { FakeClock } from '../helpers/fake-clock.ts';
import { FakeIssuer } from '../helpers/fake-issuer.ts';
import { tokenOf } from '../helpers/rulebook.ts';
import { startKeyturn } from '../helpers/start-keyturn.ts';
import { bodies, expectNothingInTheLog, expectUntouched, type Held, LIMITS } from './no-vote.ts';

const BIN = join(import.meta.dirname, '../../dist/bot/cli/keyturn.js');
it('row 7: no route approves for a client, whatever it sends: with its token and with a session of a job', async () => {
  const clock = new FakeClock();
  const issuer = await FakeIssuer.start(() => clock.wall());
  const accounts = { 'github:127.0.0.1/583231': 'eve' } as const;
  const changes = { limits: LIMITS, oidc: issuer.trust(), accounts };
  const sources = [
    ...(await Promise.all(
      [githubWorld, gitlabWorld, terraformWorld].map((open) => open(() => clock.wall())),
    )),
    await toySource(),
  ];
  onTestFinished(async () => void (await Promise.all(sources.map((source) => source.down()))));
  const connectors = sources.map(({ connector }) => connector);
  const keyturn = await startKeyturn(changes, { clock, config: { mcp: true }, ports: { connectors } });
  const world: OidcWorld = { keyturn, issuer };
  const routes = [
    ...keyturn.keyturn.routes.filter(({ path }) => path !== '/*'),
    ...['sign-in', 'click', 'command', 'live', 'list'].map((call) => ({
      method: 'ALL',
      path: `/room/api/${call}`,
    })),
  ];
  expect(routes.map(({ path }) => path)).toEqual(
    expect.arrayContaining([
      '/v1/requests/:id/reviews',
      '/v1/token',
      '/webhooks/github',
      '/webhooks/gitlab',
      '/webhooks/terraform',
      '/webhooks/generic/:client',
      '/mcp',
      '/room',
      '/v1/requests/:id/break-glass',
    ]),
  );
  for (const token of [tokenOf('agent'), await aSession(world)]) {
    let held: Held = (await ask(world, token)).body;
    for (const { method, path } of routes) {
      for (const verb of method === 'ALL' ? ['GET', 'POST'] : [method]) {
        for (const body of verb === 'GET' ? [null] : bodies(held)) {
          const address = path.replace(':id', path.includes('requesters') ? 'agent' : held.id);
          await fetch(`${keyturn.url}${address.replace('/*', '')}`, {
            method: verb,
            headers: { authorization: `Bearer ${token}`, accept: 'application/json, text/event-stream' },
            // A stream would go on; it has answered by then.
            signal: AbortSignal.timeout(verb === 'GET' && path.endsWith('events') ? 200 : 5_000),
            ...(body === null ? {} : { body: JSON.stringify(body) }),
          }).catch(() => null);
        }
        await expectUntouched(keyturn, held, `${verb} ${path}`);
        const { state } = (await keyturn.get('alice', `/v1/requests/${held.id}`)).body;
        // Taken back: that the client may. The next route finds one that is open.
        if (state !== 'pending') held = (await ask(world, token)).body;
      }
    }
  }
  await expectNothingInTheLog(keyturn);
}, 120_000);

it('row 7: no MCP tool approves, whatever it is called with', async () => {
  const client = { actions: ['db.*', 'tool.*'], targets: ['postgres/**', 'laptop/**'] };
  const mcp = await startKeyturn({ limits: LIMITS, client }, { config: { mcp: true } });
  for (const way of WAYS) {
    const more = way === 'stdio' ? ['--target', 'laptop/prod/alice', '--deadline', '1s'] : [];
    const agent = await connect(mcp, way, '2026-07-28', 'agent', more);
    const { tools } = await agent.listTools();
    expect(tools.length).toBe(way === 'stdio' ? 5 : 4);
    for (const { name } of tools) {
      const { body: held } = await mcp.post('agent', '/v1/requests', {
        ...{
          action: 'db.migrate',
          reason: 'x',
          payload: { kind: 'sql', statement: `SELECT '${way} ${name}'` },
        },
        target: { system: 'postgres', environment: 'prod', resource: 'orders' },
      });
      const inputs = [...bodies(held), { id: held.id, seconds: 0 }, { id: held.id, verdict: 'approve' }];
      const prompt = { tool_name: 'Bash', input: { command: `keyturn approve ${held.id}` } };
      for (const input of [...inputs, prompt]) {
        await use(agent, name, input as Record<string, unknown>).catch(() => null);
      }
      await expectUntouched(mcp, held, `${way} ${name}`);
    }
  }
  await expectNothingInTheLog(mcp);
}, 60_000);

it('row 7: no command of the command line approves with a client’s credential', async () => {
  const keyturn = await startKeyturn({ limits: LIMITS });
  const { body: held } = await keyturn.post('agent', '/v1/requests', {
    ...{ action: 'db.migrate', reason: 'x', payload: {} },
    target: { system: 'postgres', environment: 'prod', resource: 'orders' },
  });
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const run = async (...args: string[]) => {
    const env = {
      ...{ PATH: '/usr/bin:/bin', HOME: folder, PORT: '0', KEYTURN_DATA_DIR: join(folder, 'data') },
      ...{ KEYTURN_URL: keyturn.url, KEYTURN_TOKEN: tokenOf('agent') },
    };
    const child = promisify(execFile)(process.execPath, [BIN, ...args], {
      cwd: folder,
      env,
      timeout: 10_000,
    });
    child.child.stdin?.end();
    return child.then(({ stdout }) => stdout).catch((cause) => String(cause.stdout ?? ''));
  };
  const commandsOf = (help: string) =>
    [...(help.split('\nCommands:\n')[1] ?? '').matchAll(/^ {2}([a-z][a-z-]*)/gm)].map(
      ([, name]) => name ?? '',
    );
  const all: string[][] = [];
  for (const name of commandsOf(await run('--help')).filter((one) => one !== 'help')) {
    const inner = commandsOf(await run(name, '--help')).filter((one) => one !== 'help');
    all.push(...(inner.length === 0 ? [[name]] : inner.map((one) => [name, one])));
  }
  expect(all.map((one) => one.join(' '))).toEqual(
    expect.arrayContaining(['request', 'guard', 'mcp', 'hook claude-code', 'hook codex', 'audit erase']),
  );
  expect(all.flat().filter((word) => /approve|review|grant|accept|break/.test(word))).toEqual([]);
  for (const command of all) {
    await run(...command, 'approve', held.id);
    await expectUntouched(keyturn, held, command.join(' '));
  }
  await expectNothingInTheLog(keyturn);
}, 120_000);
