import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { storePlace } from './a-store.ts';

/** Holds the directory of that file as a server does, and says so. A process of its own: the lock is the kernel's. */
const HOLDER = `
import { openSqliteStore } from '${new URL('../../../dist/store/sqlite/store.js', import.meta.url).href}';
import { randomBytes } from 'node:crypto';
try {
  const store = openSqliteStore({ file: process.argv[1], log: 'test/log', software: 'test', random: { bytes: randomBytes }, onBroken: () => process.exit(74) });
  process.on('disconnect', () => process.exit(0));
  process.on('message', () => { store.close(); process.send('closed'); });
  process.send('open');
} catch (cause) {
  process.send(cause.code + ': ' + cause.message, () => process.exit(1));
}`;

async function hold(file: string) {
  const args = ['--input-type=module', '--eval', HOLDER, file];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [said] = await once(child, 'message');
  return { child, said: String(said) };
}

it('refuses a second process on the same directory, and takes it at once when the first was killed', async () => {
  const { file, dir } = storePlace();
  const first = await hold(file);
  expect(first.said).toBe('open');
  const second = await hold(file);
  expect(second.said).toBe(
    `STORE_BROKEN: another Keyturn process uses ${dir}/keyturn.db.lock: stop that one first`,
  );

  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  expect((await hold(file)).said).toBe('open');
});

it('lets the next process in when the first has closed, though it still runs', async () => {
  const { file } = storePlace();
  const first = await hold(file);
  const closed = once(first.child, 'message');
  first.child.send('close');
  await closed;
  expect((await hold(file)).said).toBe('open');
});
