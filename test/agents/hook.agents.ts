import { afterAll, describe, expect, it } from 'vitest';
import { review, seeAndApprove, stateOf } from '../connectors/api/world.ts';
import { aKeyturn, aServer, nthRequest } from '../connectors/hook/world.ts';
import { FakeKeyturn } from '../helpers/fake-keyturn.ts';
import { until } from '../helpers/until.ts';
import { AGENT_NAMES, canHaveOwnEtc, findAgent, versionOf } from './agents.ts';
import { Scene } from './scene.ts';

const rows: string[] = [];
afterAll(() => process.stdout.write(`\n${rows.join('\n')}\n`));

describe.each(AGENT_NAMES)('%s, by hook', { timeout: 90_000 }, (name) => {
  const program = findAgent(name);
  const reason =
    program === null
      ? `${name} is not installed: npm install --prefix DIR @anthropic-ai/claude-code @openai/codex, and KEYTURN_AGENTS=DIR`
      : canHaveOwnEtc()
        ? null
        : 'this machine gives a process no /etc of its own (unshare --mount)';
  if (program !== null) rows.push(`| ${name} | ${versionOf(program)} | | |`);

  const scenario = (title: string, expected: readonly string[], run: (scene: Scene) => Promise<void>) =>
    it(title, async (context) => {
      if (program === null || reason !== null) return context.skip(reason ?? '');
      const scene = new Scene(name, program);
      const startedAt = Date.now();
      await run(scene);
      const took = ((Date.now() - startedAt) / 1000).toFixed(1);
      rows.push(
        `| ${name} | ${title} | ${scene.ran.length === 0 ? 'nothing' : scene.ran.join(', ')} | ${took} s |`,
      );
      expect(scene.ran).toEqual(expected);
    });

  scenario('without Keyturn, the call runs', ['once'], async (scene) => {
    await (await scene.session(null)).over;
  });

  scenario('approve: runs once, and not before', ['once'], async (scene) => {
    const keyturn = await aKeyturn();
    const { over } = await scene.session(scene.installed(keyturn.url, '60s'));
    const request = await nthRequest(keyturn);
    expect(scene.ran).toEqual([]);
    await seeAndApprove(keyturn, 'bob', request);
    await over;
    // Codex does not say how a call ended.
    expect(await stateOf(keyturn, request)).toBe(name === 'codex' ? 'executing' : 'succeeded');
  });

  scenario('a command that fails is not on record as succeeded', ['once'], async (scene) => {
    const keyturn = await aKeyturn();
    const { command } = scene.dangerous().input as { readonly command: string };
    const wishes = [{ input: { command: `${command}; exit 3`, description: 'tidy up' } }];
    const { over } = await scene.session(scene.installed(keyturn.url, '60s'), wishes);
    const request = await nthRequest(keyturn);
    await seeAndApprove(keyturn, 'bob', request);
    await over;
    // Codex runs the hook after the call with the same words as after one that worked.
    expect(await stateOf(keyturn, request)).toBe(name === 'codex' ? 'executing' : 'failed');
  });

  scenario('reject', [], async (scene) => {
    const keyturn = await aKeyturn();
    const { over } = await scene.session(scene.installed(keyturn.url, '60s'));
    await review(keyturn, 'bob', await nthRequest(keyturn), 'reject', { comment: 'not on a Friday' });
    expect(await over).toContain('not on a Friday');
  });

  scenario('no answer, then approve: the next session runs it once', ['once'], async (scene) => {
    const keyturn = await aKeyturn();
    const first = await scene.session(scene.installed(keyturn.url, '3s'));
    expect(await first.over).toContain('Ticket req_');
    expect(scene.ran).toEqual([]);
    await seeAndApprove(keyturn, 'bob', await nthRequest(keyturn));
    await (await scene.session(scene.installed(keyturn.url, '3s'))).over;
    expect(scene.ran).toEqual(['once']);
    // A third time is a new request, which nobody has approved.
    await (await scene.session(scene.installed(keyturn.url, '3s'))).over;
    expect((await nthRequest(keyturn, 2)).state).toBe('pending');
  });

  scenario('Keyturn down', [], async (scene) => {
    const gone = await FakeKeyturn.start();
    await gone.down();
    const { over } = await scene.session(scene.installed(gone.url, '3s'));
    expect(await over).toContain('cannot be reached');
  });

  scenario('Keyturn answers 500', [], async (scene) => {
    const { url } = await aServer(500, '{}');
    const { over } = await scene.session(scene.installed(url, '3s'));
    expect(await over).toContain('cannot be reached');
  });

  scenario('hook killed', [], async (scene) => {
    const keyturn = await aKeyturn();
    const { over } = await scene.session(scene.installed(keyturn.url, '60s'));
    const request = await nthRequest(keyturn);
    process.kill(await scene.ourProcess(), 'SIGKILL');
    expect(await over).toContain('The call is blocked');
    expect((await keyturn.get('alice', `/v1/requests/${request.id}`)).body.state).toBe('pending');
  });

  // Why the installed line says something before it exits. When this changes, the agent has.
  const ignored = name === 'codex' ? ['once'] : [];
  scenario('a hook that ends with 2 and says nothing', ignored, async (scene) => {
    const settings = scene.installed('http://127.0.0.1:9', '3s');
    const silent = settings.replaceAll(/"\/usr\/bin\/env(?:[^"\\]|\\.)*"/g, '"cat > /dev/null; exit 2"');
    expect(silent).not.toContain('keyturn.js');
    await (await scene.session(silent)).over;
  });

  scenario('hook binary missing', [], async (scene) => {
    const settings = scene.installed('http://127.0.0.1:9', '3s').replaceAll('keyturn.js', 'gone.js');
    expect(await (await scene.session(settings)).over).toContain('The call is blocked');
  });

  scenario('two calls at once, one approved and one rejected', ['approved'], async (scene) => {
    const keyturn = await aKeyturn();
    const wishes = [scene.dangerous('approved'), scene.dangerous('rejected')];
    const { over } = await scene.session(scene.installed(keyturn.url, '60s'), wishes);
    for (let left = 2; left > 0; left -= 1) {
      const open = await until(async () => {
        const { body } = await keyturn.get('alice', '/v1/requests?state=pending');
        return body.items[0] ?? null;
      });
      const isApproved = open.preview.text.includes('echo approved');
      await (isApproved ? seeAndApprove(keyturn, 'bob', open) : review(keyturn, 'bob', open, 'reject'));
    }
    await over;
  });
});
