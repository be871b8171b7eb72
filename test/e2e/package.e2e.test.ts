import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Folder } from './folder.ts';
import { publishedIn } from './published.ts';

/** As `--help` lists them, by the names that begin a line. */
function commandsIn(help: string): readonly string[] {
  const [, list = ''] = help.split('Commands:');
  return [...list.matchAll(/^ {2}([a-z]+)\b/gm)].map(([, name]) => name ?? '');
}

describe('what npm publishes', () => {
  it('has every command that it lists, and each says how it is used', async () => {
    const folder = new Folder();
    const program = publishedIn(folder, { withOptional: true });
    const run = (args: readonly string[]) => folder.spawn(process.execPath, [program, ...args]).ended;
    const commands = commandsIn((await run(['--help'])).stdout).filter((name) => name !== 'help');
    expect(commands).toEqual(expect.arrayContaining(['serve', 'worker', 'guard', 'hook', 'mcp', 'audit']));
    const said: Record<string, unknown> = {};
    for (const name of commands) {
      const { code, stdout, stderr } = await run([name, '--help']);
      said[name] = [code, stdout.includes(`Usage: keyturn ${name}`), stderr];
    }
    expect(said).toEqual(Object.fromEntries(commands.map((name) => [name, [0, true, '']])));
  }, 60_000);

  it('starts the demo with its room, whole, and verifies its log', async () => {
    const folder = new Folder();
    const program = publishedIn(folder, { withOptional: true });
    const server = folder.spawn(process.execPath, [program, 'serve'], { PORT: '0' });
    const [, room = ''] = await server.said(/Open {2}(\S+)/);
    const page = await fetch(room);
    expect(page.status).toBe(200);
    const parts = [...(await page.text()).matchAll(/(?:src|href)="([^"#]+\.(?:js|css|svg))"/g)];
    expect(parts.length).toBeGreaterThan(1);
    for (const [, part = ''] of parts) expect((await fetch(new URL(part, room))).status).toBe(200);
    const { code, stdout } = await folder.spawn(process.execPath, [program, 'audit', 'verify']).ended;
    // 3: no key and no anchor were given.
    expect([code, stdout]).toEqual([3, expect.stringMatching(/nothing wrong in \d+ entries/)]);
    server.child.kill('SIGTERM');
    expect((await server.ended).code).toBe(0);
  }, 60_000);

  it('can be imported by each name that it exports, and has types for it', async () => {
    const folder = new Folder();
    publishedIn(folder, { withOptional: true });
    const at = join(folder.path, 'node_modules/keyturn');
    const { exports } = JSON.parse(readFileSync(join(at, 'package.json'), 'utf8')) as {
      exports: Readonly<Record<string, string | { readonly types: string }>>;
    };
    for (const [name, to] of Object.entries(exports)) {
      if (typeof to === 'string') continue;
      expect(readFileSync(join(at, to.types), 'utf8')).toContain('export');
      const program = `console.log(Object.keys(await import('keyturn${name.slice(1)}')).length > 0)`;
      const { stdout, stderr } = await folder.spawn(process.execPath, ['--input-type=module', '-e', program])
        .ended;
      expect([name, stdout, stderr]).toEqual([name, 'true\n', '']);
    }
  }, 60_000);
});
