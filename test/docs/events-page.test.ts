import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { toConfiguration } from '../../bot/cli/configuration.ts';
import { OUTBOUND_TYPES, toOutboundType } from '../../bot/core/outbound-event.ts';
import { webhookSigner } from '../../queue/executors/standard-webhook.ts';
import { until } from '../helpers/until.ts';
import { webhookTarget } from '../helpers/webhook-target.ts';
import { endpointAt, SECRET, startTelling, submit, told } from '../queue/events/world.ts';

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const page = read('.github/docs/events.md');
const block = (name: string) => new RegExp(`\`\`\`\\w+ ${name}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? '';
const base = /```yaml base\n([\s\S]*?)```/.exec(read('.github/docs/policy.md'))?.[1] ?? '';
const RULES = `plans: { one: { seats: [{ from: [dba], count: 1 }] } }
default: { effect: require, plan: one }
rules: []
`;
const ROOT = new URL('../..', import.meta.url);

describe('the page about events', () => {
  it('has an example that loads', () => {
    const env = {
      TICKETS_SECRET: SECRET,
      DASHBOARD_NEW: SECRET,
      DASHBOARD_OLD: SECRET,
      DASHBOARD_URL: 'https://dashboard.example/x',
    };
    const { events } = toConfiguration(`${base}${RULES}${block('events')}`, '/etc/keyturn.yaml', env);
    expect(events.map(({ name, signers, types }) => [name, signers.length, types.size])).toEqual([
      ['tickets', 1, 4],
      ['dashboard', 2, 2],
    ]);
  });

  it('names each type with the entries that make it', () => {
    const rows = [...page.matchAll(/^\| `(request\.\w+)` \|[^|]*\|([^|]*)\|$/gm)];
    expect(rows.map(([, type]) => type)).toEqual(OUTBOUND_TYPES);
    for (const [, type, entries = ''] of rows) {
      const named = [...entries.matchAll(/`([^`]+)`/g)].map(([, entry]) => entry);
      expect(named.map((entry) => toOutboundType({ type: entry } as never))).toEqual(named.map(() => type));
    }
  });

  it('shows a body with exactly the keys that one has', async () => {
    const target = await webhookTarget();
    const keyturn = await startTelling(endpointAt(target.url));
    await submit(keyturn, 'SELECT 1');
    const [post] = await told(target, 1);
    const shapeOf = (value: unknown): unknown =>
      typeof value === 'object' && value !== null
        ? Object.fromEntries(
            Object.entries(value)
              .map(([key, inner]) => [key, shapeOf(inner)])
              .sort(),
          )
        : null;
    expect(shapeOf(JSON.parse(block('body')))).toEqual(shapeOf(post?.json));
  });

  it('makes secrets that are taken', () => {
    const sh = (script: string) => execFileSync('sh', ['-c', script], { encoding: 'utf8' }).trim();
    expect(webhookSigner(sh(block('secret')))('x')).toMatch(/^v1,/);
    const [secret = '', open = ''] = sh(block('keys')).split('\n');
    expect(webhookSigner(secret)('x')).toMatch(/^v1a,/);
    expect(open).toMatch(/^whpk_[A-Za-z0-9+/]{43}=$/);
  });

  it('has a receiver that takes what Keyturn sends, and takes a repeat once', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => free.once('listening', resolve));
    const { port } = free.address() as { port: number };
    await new Promise((resolve) => free.close(resolve));
    const receiver = spawn(process.execPath, ['--input-type=module', '-e', block('receiver')], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], TICKETS_SECRET: SECRET, PORT: String(port) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void receiver.kill('SIGKILL'));
    let printed = '';
    receiver.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
    });
    const url = `http://127.0.0.1:${port}/`;
    await until(() =>
      fetch(url).then(
        () => true,
        () => null,
      ),
    );
    expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(401);
    const there = endpointAt(url);
    const twice = {
      ...there,
      send: async (...args: Parameters<typeof there.send>) => {
        await there.send(...args);
        return there.send(...args);
      },
    };
    const keyturn = await startTelling(twice);
    const { number } = await submit(keyturn, 'SELECT 1');
    await until(() => (keyturn.keyturn.context.store.committed.notices(1).length === 0 ? true : null));
    await until(
      () => (printed === `request.created ${number} pending\n` ? true : null),
      () => printed,
    );
  });
});
