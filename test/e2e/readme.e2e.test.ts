import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { isOnPath, skipUnless } from '../helpers/require.ts';

const README = readFileSync('README.md', 'utf8');

it('walks a newcomer from npm start to a verified log, by the README alone', async (context) => {
  skipUnless(context, 'curl', isOnPath('curl'));
  const folder = aFolder();
  const server = start('node dist/bot/cli/keyturn.js serve', folder, { PORT: '0' });
  const exports = await server.until(/export (URL=\S+ AGENT=\S+ ALICE=\S+ BOB=\S+)/);
  const env = Object.fromEntries(
    (exports[1] ?? '').split(' ').map((pair) => pair.split(/=(.*)/s) as [string, string]),
  );

  const guard = start(step('guard'), folder, env);
  await guard.until(/request 1 waits/);
  const rest = ['find', 'owner', 'payload', 'approve']
    .map((name) => `echo "== ${name}"; ${step(name)}; echo`)
    .join('\n');
  const walked = start(rest, folder, env);
  expect(await walked.ended).toBe(0);
  const said = Object.fromEntries(
    walked
      .output()
      .split('== ')
      .map((part) => part.split(/\n(.*)/s) as [string, string]),
  );
  expect(said['owner']).toContain('SELF_REVIEW');
  expect(said['payload']).toContain('$ tar -cvf /tmp/keyturn-demo.tar README.md');
  expect(said['approve']).toContain('"state":"approved"');
  expect(await guard.ended).toBe(0);
  expect(guard.output()).toContain('README.md');

  const verify = start(step('verify'), folder, {});
  expect(await verify.ended).toBe(3);
}, 60_000);

it('writes a first policy that loads, by the README', async () => {
  const folder = aFolder();
  const lines = step('init')
    .split('\n')
    .filter((line) => !line.startsWith('npm start'));
  const walked = start(lines.join('\n'), folder, {});
  expect(await walked.ended).toBe(0);
  expect(readFileSync(join(folder, 'keyturn.yaml'), 'utf8')).toContain('version: 1');
  const code = start(step('code'), folder, {});
  expect(await code.ended).toBe(0);
  expect(code.output()).toMatch(/^[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}$/m);
}, 60_000);

it('has no command that no test runs, and shows pictures that are there', () => {
  const blocks = [...README.matchAll(/```bash(?: step=(\w+))?\n(.*?)```/gs)];
  const steps = blocks.map(([, name, text]) => name ?? text);
  expect(steps).toEqual([
    expect.stringMatching(/^npm ci && npm start .*\nnpm ci && npm test .*\n$/),
    ...['guard', 'find', 'owner', 'payload', 'approve', 'verify', 'init', 'code'],
  ]);
  const pictures = [...README.matchAll(/(?:src|srcset)="([^"]+)"|!\[[^\]]*\]\(([^)]+)\)/g)];
  expect(pictures.length).toBeGreaterThanOrEqual(3);
  for (const [, tag, image] of pictures) expect(existsSync(tag ?? image ?? '')).toBe(true);
});

it('links to pages that are there', () => {
  const links = [...README.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path]) => path ?? '');
  expect(links.length).toBeGreaterThan(5);
  for (const path of links) expect([path, existsSync(path)]).toEqual([path, true]);
});

it('names two commands that package.json has', () => {
  expect(README).toContain('npm ci && npm start ');
  expect(README).toContain('npm ci && npm test ');
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  expect(scripts['start']).toBeDefined();
  expect(scripts['test']).toBeDefined();
});

function step(name: string): string {
  const block = new RegExp(`\`\`\`bash step=${name}\n(.*?)\n\`\`\``, 's').exec(README);
  if (block?.[1] === undefined) throw new Error(`README has no step ${name}`);
  return block[1];
}

/** An empty folder with a build in it, as in a clone. */
function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-readme-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  symlinkSync(resolve('dist'), join(folder, 'dist'));
  writeFileSync(join(folder, 'README.md'), README);
  return folder;
}

function start(script: string, cwd: string, env: Record<string, string>) {
  const { PATH = '', HOME = '' } = process.env;
  const child: ChildProcess = spawn('bash', ['-c', script], {
    cwd,
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const ended = new Promise<number | null>((done) => child.once('close', done));
  onTestFinished(async () => {
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    // It writes into its folder until it has ended, and the folder goes next.
    await ended;
  });
  let output = '';
  const looking = new Set<() => void>();
  const take = (chunk: Buffer) => {
    output += chunk.toString();
    for (const look of looking) look();
  };
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);
  return {
    ended,
    output: () => output,
    until: (pattern: RegExp) =>
      new Promise<RegExpExecArray>((found, failed) => {
        const look = () => {
          const match = pattern.exec(output);
          if (match === null) return;
          looking.delete(look);
          found(match);
        };
        looking.add(look);
        look();
        void ended.then((code) => failed(new Error(`ended with ${code} before ${pattern}: ${output}`)));
      }),
  };
}
