import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Folder } from './folder.ts';

/** A cron job and an operator at a broken machine have none of what the bot's unit sets. */

const POLICY = `version: 1
queue: { driver: bullmq, redis_url_env: QUEUE_URL }
environments: [prod]
people:
  alice: { name: Alice, accounts: { api_token_sha256: ${'a'.repeat(64)} } }
  bob: { name: Bob, accounts: { api_token_sha256: ${'b'.repeat(64)} } }
groups: { dba: { members: [bob] } }
clear_from: [dba]
clients:
  agent: { kind: agent, owner: alice, auth: { token_sha256: ${'c'.repeat(64)} }, actions: ["db.*"], targets: ["postgres/**"] }
plans: { one: { seats: [{ from: [dba], count: 1 }] } }
default: { effect: require, plan: one }
rules: []
`;

it('backs up, makes a code, links, verifies and restores without the secrets that the policy names', async () => {
  const folder = new Folder();
  writeFileSync(join(folder.path, 'keyturn.yaml'), POLICY);
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await folder.keyturn(args).ended;
    return { code, said: stdout + stderr };
  };
  // The bot itself does need it.
  expect(await run('serve')).toMatchObject({ code: 78, said: expect.stringContaining('QUEUE_URL') });
  // Nobody listens there, and it starts all the same.
  const bot = folder.keyturn(['serve'], { PORT: '0', QUEUE_URL: 'redis://127.0.0.1:1' });
  await bot.said(/"listening"/);
  expect(await run('backup', 'copy.db')).toMatchObject({ code: 0 });
  expect(await run('room', 'code', 'bob')).toMatchObject({ code: 0 });
  expect((await run('people', 'unlink', 'slack:T1/U1')).said).not.toContain('QUEUE_URL');
  bot.child.kill('SIGTERM');
  expect((await bot.ended).code).toBe(0);
  expect(await run('audit', 'verify')).toMatchObject({ code: 3 });
  expect((await run('audit', 'new-epoch', '--reason', 'x')).said).toContain('QUEUE_URL');
  rmSync(join(folder.path, 'data'), { recursive: true });
  expect(await run('restore', 'copy.db')).toMatchObject({ code: 0 });
}, 60_000);

it('starts no worker without a key that it can read, and says where it looked', async () => {
  const folder = new Folder();
  const env = { REDIS_URL: 'redis://127.0.0.1:1', KEYTURN_TOKEN: `ktw_${'x'.repeat(43)}` };
  // A folder is what Docker makes of a file that is not there.
  for (const file of ['none.pub', '.']) {
    const { code, stderr } = await folder.keyturn(['worker'], { ...env, KEYTURN_GRANT_PUB: file }).ended;
    expect([code, stderr]).toEqual([78, expect.stringContaining(`grant.pub cannot be read at ${file}: `)]);
  }
});
