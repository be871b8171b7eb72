import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { Folder, freePort, type Running } from './folder.ts';
import { publishedIn } from './published.ts';

const TEAMS = {
  TEAMS_APP_ID: '99999999-8888-7777-6666-555555555555',
  TEAMS_TENANT_ID: '11111111-2222-3333-4444-555555555555',
  TEAMS_APP_PASSWORD: 'a-client-secret-of-nobody',
};
const KB_IN_MB = 1_024;

/** What the kernel says this process holds, at the least of a second: what it needs, without what it is about to give back. */
async function residentMegabytes({ child }: Running): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let looks = 0; looks < 10; looks += 1) {
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    least = Math.min(least, Number(/^VmRSS:\s+([0-9]+) kB$/m.exec(status)?.[1]) / KB_IN_MB);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return least;
}

async function started(env: Readonly<Record<string, string>>): Promise<number> {
  const folder = new Folder();
  await folder.keyturn(['init']).ended;
  const server = folder.keyturn(['serve'], { PORT: String(await freePort()), ...env });
  await server.said(/"msg":"listening"/);
  return residentMegabytes(server);
}

it('a start without Teams takes at least 60 MB less', async () => {
  const [without, having] = [await started({}), await started(TEAMS)];
  const measured = `${without.toFixed(0)} MB without Teams, ${having.toFixed(0)} MB with it`;
  expect(having - without, measured).toBeGreaterThan(60);
}, 60_000);

it('starts where the optional libraries were left out, and says what to install where Teams is configured', async () => {
  const folder = new Folder();
  const program = publishedIn(folder, { withOptional: false });
  const run = (args: readonly string[], env = {}) => folder.spawn(process.execPath, [program, ...args], env);
  expect((await run(['init']).ended).code).toBe(0);
  const port = await freePort();
  const server = run(['serve'], { PORT: String(port) });
  await server.said(/"msg":"listening"/);
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  server.child.kill('SIGTERM');
  expect((await server.ended).code).toBe(0);
  const refused = await run(['serve'], { PORT: String(port), ...TEAMS }).ended;
  expect(refused.code).not.toBe(0);
  expect(refused.stderr + refused.stdout).toContain(
    'npm install botbuilder@4.23.3 @microsoft/teams-ai@1.7.4',
  );
}, 60_000);
