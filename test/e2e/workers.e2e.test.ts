import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { redisServer } from '../helpers/redis-server.ts';
import { isOnPath, skipUnless } from '../helpers/require.ts';
import { Folder, freePort, ROOT } from './folder.ts';

const page = readFileSync(join(ROOT, '.github/docs/workers.md'), 'utf8');

/** The page in an empty folder, with a Redis and a port of the test's own in the place of the page's. */
async function aMachine() {
  const redis = await redisServer();
  onTestFinished(() => redis.drop());
  const port = String(await freePort());
  const url = `http://127.0.0.1:${port}`;
  const folder = new Folder();
  for (const name of ['dist', 'package.json']) symlinkSync(join(ROOT, name), join(folder.path, name));
  const step = (name: string) => {
    const text = new RegExp(`\`\`\`bash step=${name}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1];
    if (text === undefined) throw new Error(`the page has no step ${name}`);
    return text
      .replaceAll('127.0.0.1:6379', `127.0.0.1:${redis.port}`)
      .replaceAll('http://127.0.0.1:3000', url);
  };
  const paste = (name: string, env = {}) => folder.spawn('bash', ['-ec', step(name)], { PORT: port, ...env });
  return { redis, url, folder, paste };
}

it('a fresh machine with only Redis added runs the page on workers, by copy and paste', async (context) => {
  skipUnless(context, 'redis', isOnPath('redis-server'));
  skipUnless(context, 'curl', isOnPath('curl'));
  const { url, folder, paste } = await aMachine();
  const config = await paste('config').ended;
  expect([config.code, config.stderr]).toEqual([0, '']);
  const bot = paste('bot');
  await bot.said(/"listening"/);
  const workers = [paste('worker'), paste('worker')];
  for (const worker of workers) await worker.said(/"working"/);
  const asked = await paste('ask', { KEYTURN_URL: url }).ended;
  expect(asked.code).toBe(0);
  expect(asked.stdout).toMatch(/"state":"succeeded".*"worker":"eu-1"/s);
  const id = JSON.parse(readFileSync(join(folder.path, 'request.json'), 'utf8')).id as string;
  const output = join(folder.path, 'data/outputs', `${id}-1.log`);
  expect(existsSync(output)).toBe(true);
  expect(readFileSync(output, 'utf8')).toBe('vacuum -- orders\n');
}, 60_000);

it('a worker that runs nothing ends at once at SIGTERM, also while Redis is away', async (context) => {
  skipUnless(context, 'redis', isOnPath('redis-server'));
  const { redis, url, folder, paste } = await aMachine();
  expect((await paste('config').ended).code).toBe(0);
  await paste('bot').said(/"listening"/);
  const token = /^token: (.+)$/m.exec(readFileSync(join(folder.path, 'worker.token'), 'utf8'))?.[1] ?? '';
  const worker = folder.keyturn(['worker'], {
    REDIS_URL: redis.url,
    KEYTURN_URL: url,
    KEYTURN_GRANT_PUB: join(folder.path, 'keys/grant.pub'),
    KEYTURN_TOKEN: token,
  });
  await worker.said(/"working"/);
  await redis.kill();
  await worker.said(/redis does not answer/);
  worker.child.kill('SIGTERM');
  // It would give what runs ten minutes.
  expect((await worker.ended).code).toBe(0);
}, 60_000);

it('has no command on the page on workers that this test does not run', () => {
  const blocks = [...page.matchAll(/```bash(?: step=(\w+))?\n/g)].map(([, name]) => name);
  expect(blocks).toEqual(['config', 'bot', 'worker', 'ask']);
});
