import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { POLICY } from './policy.mjs';
import { built } from './product.mjs';

const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

function start(args, options = {}) {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], ...options });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

async function firstLine(child) {
  let text = '';
  for await (const chunk of child.stdout) {
    text += chunk;
    if (text.includes('\n')) break;
  }
  if (text === '') throw new Error(`${child.spawnargs.join(' ')} said nothing`);
  return JSON.parse(text);
}

/** Runs one of the bench's own child files to its end and returns what it reports. */
export async function runChild(name, options) {
  const file = fileURLToPath(new URL(`../${name}`, import.meta.url));
  const child = start([file, JSON.stringify(options)]);
  const ended = once(child, 'exit');
  let text = '';
  for await (const chunk of child.stdout) text += chunk;
  const [code] = await ended;
  if (code !== 0) throw new Error(`${name} ended with ${code}`);
  return JSON.parse(text);
}

/** A server that is not Keyturn: see limit-server.mjs for the kinds. */
export async function startLimit(kind, dir = '') {
  const file = fileURLToPath(new URL('../limit-server.mjs', import.meta.url));
  const child = start([file, JSON.stringify({ kind, dir })]);
  const { port } = await firstLine(child);
  return { port, pid: child.pid, stop: () => stop(child) };
}

/** The product as it ships, in a process of its own; resolves at the first 200 from /readyz. */
export async function startKeyturn(dir, policy = POLICY, environment = {}) {
  const config = join(dir, 'keyturn.yaml');
  writeFileSync(config, policy);
  const port = await freePort();
  const env = { ...process.env, PORT: String(port), LOG_LEVEL: 'error', ...environment };
  const begun = performance.now();
  const child = start([built('bot/cli/keyturn.js'), 'serve', '--config', config], { env });
  while (!(await isReady(port))) {
    if (child.exitCode !== null) throw new Error(`keyturn serve ended with ${child.exitCode}`);
    await sleep(2);
  }
  return { port, pid: child.pid, readyMs: performance.now() - begun, stop: () => stop(child) };
}

/** A `keyturn worker`, one action at a time, for the bot whose folder is `dir`. */
export function startWorker({ dir, port, token, redisUrl }) {
  const env = {
    ...process.env,
    LOG_LEVEL: 'error',
    KEYTURN_URL: `http://127.0.0.1:${port}`,
    KEYTURN_TOKEN: token,
    KEYTURN_GRANT_PUB: join(dir, 'keys', 'grant.pub'),
    REDIS_URL: redisUrl,
  };
  const child = start([built('bot/cli/keyturn.js'), 'worker', '--concurrency', '1', '--drain', '5'], { env });
  child.stdout.resume();
  return { stop: () => stop(child) };
}

/** A worker that is not Keyturn's: see limit-worker.mjs. */
export function startLimitWorker(options) {
  const file = fileURLToPath(new URL('../limit-worker.mjs', import.meta.url));
  const child = start([file, JSON.stringify(options)]);
  child.stdout.resume();
  return { stop: () => stop(child) };
}

/** Runs a command of Node's to its end. Its peak memory is read off /proc, so it is null elsewhere. */
export async function runToEnd(args) {
  const begun = performance.now();
  const child = start(args);
  const ended = once(child, 'exit');
  child.stdout.resume();
  let peakMiB = null;
  const poll = setInterval(() => {
    peakMiB = memoryMiB(child.pid, 'VmHWM') ?? peakMiB;
  }, 10);
  const [code] = await ended;
  clearInterval(poll);
  return { code, seconds: (performance.now() - begun) / 1000, peakMiB };
}

/** `VmRSS`: what a process holds now; `VmHWM`: the most it ever held. */
export function memoryMiB(pid, field) {
  try {
    const kib = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(
      readFileSync(`/proc/${pid}/status`, 'utf8'),
    )?.[1];
    return kib === undefined ? null : Number(kib) / 1024;
  } catch {
    return null;
  }
}

async function stop(child) {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

function isReady(port) {
  return new Promise((resolve) => {
    const asked = get({ port, host: '127.0.0.1', path: '/readyz', agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asked.on('error', () => resolve(false));
  });
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
