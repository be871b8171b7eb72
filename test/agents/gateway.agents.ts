import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { MINUTE, review, seeAndApprove, stateOf } from '../connectors/api/world.ts';
import { aServer, nthRequest } from '../connectors/hook/world.ts';
import { FakeKeyturn } from '../helpers/fake-keyturn.ts';
import { startKeyturn } from '../helpers/start-keyturn.ts';
import { until } from '../helpers/until.ts';
import { AGENT_NAMES, type AgentName, canHaveOwnEtc, findAgent, UNASKED } from './agents.ts';
import { Scene } from './scene.ts';
import type { Wish } from './stub-model.ts';

const BIN = join(import.meta.dirname, '../../dist/bot/cli/keyturn.js');
const CLIENT = { actions: ['mcp.**', 'mcp_unpinned.**'], targets: ['mcp/**'] };
const rows: string[] = [];
afterAll(() => void process.stdout.write(`\n${rows.join('\n')}\n`));

interface Started {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const marksOf = (scene: Scene): Started => ({
  command: process.execPath,
  args: [join(import.meta.dirname, 'marking-server.mjs')],
  env: { MARK: scene.mark },
});

function gatewayOf(scene: Scene, url: string, bin: string): Started {
  const file = join(scene.folder, 'gateway.json');
  const servers = { marks: marksOf(scene) };
  writeFileSync(file, JSON.stringify({ environment: 'prod', servers }), { mode: 0o600 });
  const options = ['--url', url, '--token-file', join(scene.folder, 'token')];
  return { command: process.execPath, args: [bin, 'mcp', '--gateway', file, ...options], env: {} };
}

/** The agent with full rights, and one MCP server. */
function withServer(agent: AgentName, scene: Scene, name: string, server: Started): readonly string[] {
  if (agent === 'codex') {
    const { command, args, env } = server;
    const variables = Object.entries(env).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
    const toml = `{command=${JSON.stringify(command)},args=${JSON.stringify(args)},env={${variables}}}`;
    return [...UNASKED[agent], '-c', `mcp_servers.${name}=${toml}`];
  }
  const file = join(scene.folder, 'mcp.json');
  writeFileSync(file, JSON.stringify({ mcpServers: { [name]: server } }));
  return [...UNASKED[agent], '--mcp-config', file];
}

const leave = (what = 'once'): Wish => ({
  tool: 'marks__leave',
  namespace: 'mcp__gateway',
  input: { what },
});

describe.each(AGENT_NAMES)('%s, by gateway', { timeout: 90_000 }, (name) => {
  const program = findAgent(name);
  const reason =
    program === null ? `${name} is not installed` : canHaveOwnEtc() ? null : 'no /etc of its own';

  const scenario = (title: string, expected: readonly string[], run: (scene: Scene) => Promise<void>) =>
    it(title, async (context) => {
      if (program === null || reason !== null) return context.skip(reason ?? '');
      const scene = new Scene(name, program);
      await run(scene);
      rows.push(
        `| ${name}, gateway | ${title} | ${scene.ran.length === 0 ? 'nothing' : scene.ran.join(', ')} |`,
      );
      expect(scene.ran).toEqual(expected);
    });
  const session = (scene: Scene, url: string, wishes: readonly Wish[] = [leave()], bin = BIN) =>
    scene.session(null, wishes, withServer(name, scene, 'gateway', gatewayOf(scene, url, bin)));

  scenario('without the gateway, the call runs', ['once'], async (scene) => {
    const wish = { tool: 'leave', namespace: 'mcp__marks', input: { what: 'once' } };
    const { over } = await scene.session(null, [wish], withServer(name, scene, 'marks', marksOf(scene)));
    await over;
  });

  scenario('approve: runs once, and not before', ['once'], async (scene) => {
    const keyturn = await startKeyturn({ client: CLIENT });
    const { over } = await session(scene, keyturn.url);
    const request = await nthRequest(keyturn);
    expect(scene.ran).toEqual([]);
    await seeAndApprove(keyturn, 'bob', request);
    await over;
    expect(await stateOf(keyturn, request)).toBe('succeeded');
  });

  scenario('reject', [], async (scene) => {
    const keyturn = await startKeyturn({ client: CLIENT });
    const { over } = await session(scene, keyturn.url);
    await review(keyturn, 'bob', await nthRequest(keyturn), 'reject', { comment: 'not on a Friday' });
    expect(await over).toContain('not on a Friday');
  });

  scenario('no answer until it has expired', [], async (scene) => {
    const keyturn = await startKeyturn({ client: CLIENT });
    const { over } = await session(scene, keyturn.url);
    await nthRequest(keyturn);
    keyturn.clock.advance(31 * MINUTE);
    expect(await over).toContain('expired');
  });

  scenario('Keyturn down', [], async (scene) => {
    const gone = await FakeKeyturn.start();
    await gone.down();
    expect(await (await session(scene, gone.url)).over).toContain('cannot be reached');
  });

  scenario('Keyturn answers 500', [], async (scene) => {
    const { url } = await aServer(500, '{}');
    expect(await (await session(scene, url)).over).toContain('cannot be reached');
  });

  scenario('gateway killed while people decide', [], async (scene) => {
    const keyturn = await startKeyturn({ client: CLIENT });
    const { agent } = await session(scene, keyturn.url);
    await nthRequest(keyturn);
    process.kill(await scene.ourProcess(), 'SIGKILL');
    // Whatever it does then, within this time it has done it.
    await Promise.race([
      new Promise((resolve) => agent.once('close', resolve)),
      new Promise((resolve) => setTimeout(resolve, 15_000)),
    ]);
  });

  scenario('gateway missing', [], async (scene) => {
    const { agent } = await session(scene, 'http://127.0.0.1:9', [leave()], '/nonexistent/keyturn.js');
    await new Promise((resolve) => agent.once('close', resolve));
  });

  scenario('two calls at once, one approved and one rejected', ['approved'], async (scene) => {
    const keyturn = await startKeyturn({ client: CLIENT });
    const { over } = await session(scene, keyturn.url, [leave('approved'), leave('rejected')]);
    for (let left = 2; left > 0; left -= 1) {
      const open = await until(async () => {
        const { body } = await keyturn.get('alice', '/v1/requests?state=pending');
        return body.items[0] ?? null;
      });
      const { body } = await keyturn.get('bob', `/v1/requests/${open.id}/payload`);
      const isApproved = body.payload.arguments.what === 'approved';
      await (isApproved ? seeAndApprove(keyturn, 'bob', open) : review(keyturn, 'bob', open, 'reject'));
    }
    await over;
  });
});
