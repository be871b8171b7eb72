import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { review, seeAndApprove } from '../connectors/api/world.ts';
import { aKeyturn, aServer, nthRequest } from '../connectors/hook/world.ts';
import { FakeKeyturn } from '../helpers/fake-keyturn.ts';
import { canHaveOwnEtc, findAgent } from './agents.ts';
import { Scene } from './scene.ts';

const BIN = join(import.meta.dirname, '../../dist/bot/cli/keyturn.js');
const rows: string[] = [];
afterAll(() => void process.stdout.write(`\n${rows.join('\n')}\n`));

/** Claude Code with its own rules in force, and `keyturn mcp` as the one that it asks. */
function asking(scene: Scene, url: string, deadline: string, bin = BIN): readonly string[] {
  const file = join(scene.folder, 'mcp.json');
  const options = ['--target', 'laptop/prod/alice', '--url', url, '--deadline', deadline];
  const args = [bin, 'mcp', ...options, '--token-file', join(scene.folder, 'token')];
  writeFileSync(file, JSON.stringify({ mcpServers: { keyturn: { command: process.execPath, args } } }));
  return ['--mcp-config', file, '--permission-prompt-tool', 'mcp__keyturn__permission_prompt'];
}

describe('claude-code, by permission-prompt tool', { timeout: 90_000 }, () => {
  const program = findAgent('claude-code');
  const reason =
    program === null ? 'claude-code is not installed' : canHaveOwnEtc() ? null : 'no /etc of its own';

  const scenario = (title: string, expected: readonly string[], run: (scene: Scene) => Promise<void>) =>
    it(title, async (context) => {
      if (program === null || reason !== null) return context.skip(reason ?? '');
      const scene = new Scene('claude-code', program);
      await run(scene);
      rows.push(
        `| claude-code, prompt | ${title} | ${scene.ran.length === 0 ? 'nothing' : scene.ran.join(', ')} |`,
      );
      expect(scene.ran).toEqual(expected);
    });
  const session = (scene: Scene, more: readonly string[]) => scene.session(null, [scene.dangerous()], more);

  scenario('approve: runs once, and not before', ['once'], async (scene) => {
    const keyturn = await aKeyturn();
    const { over } = await session(scene, asking(scene, keyturn.url, '40s'));
    const request = await nthRequest(keyturn);
    expect(scene.ran).toEqual([]);
    await seeAndApprove(keyturn, 'bob', request);
    await over;
  });

  scenario('reject', [], async (scene) => {
    const keyturn = await aKeyturn();
    const { over } = await session(scene, asking(scene, keyturn.url, '40s'));
    await review(keyturn, 'bob', await nthRequest(keyturn), 'reject', { comment: 'not on a Friday' });
    expect(await over).toContain('not on a Friday');
  });

  scenario('no answer', [], async (scene) => {
    const keyturn = await aKeyturn();
    expect(await (await session(scene, asking(scene, keyturn.url, '3s'))).over).toContain('Ticket req_');
  });

  scenario('Keyturn down', [], async (scene) => {
    const gone = await FakeKeyturn.start();
    await gone.down();
    expect(await (await session(scene, asking(scene, gone.url, '3s'))).over).toContain('cannot be reached');
  });

  scenario('Keyturn answers 500', [], async (scene) => {
    const { url } = await aServer(500, '{}');
    expect(await (await session(scene, asking(scene, url, '3s'))).over).toContain('cannot be reached');
  });

  scenario('server killed while people decide', [], async (scene) => {
    const keyturn = await aKeyturn();
    const { agent } = await session(scene, asking(scene, keyturn.url, '40s'));
    await nthRequest(keyturn);
    process.kill(await scene.ourProcess(), 'SIGKILL');
    // Whatever it does then, within this time it has done it.
    await Promise.race([
      new Promise((resolve) => agent.once('close', resolve)),
      new Promise((resolve) => setTimeout(resolve, 15_000)),
    ]);
  });

  scenario('server missing', [], async (scene) => {
    const { agent } = await session(
      scene,
      asking(scene, 'http://127.0.0.1:9', '3s', '/nonexistent/keyturn.js'),
    );
    await new Promise((resolve) => agent.once('close', resolve));
  });
});
