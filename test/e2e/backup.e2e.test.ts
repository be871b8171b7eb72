import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Folder, type Running } from './folder.ts';

const TOKENS = {
  alice: 'ktp_backup_alice_0123456789',
  bob: 'ktp_backup_bob_0123456789',
  agent: 'ktc_backup_agent_0123456789',
};
const hash = (who: keyof typeof TOKENS) => createHash('sha256').update(TOKENS[who]).digest('hex');

const policy = (anchors: string) => `version: 1
environments: [prod]
people:
  alice: { name: Alice, accounts: { api_token_sha256: ${hash('alice')} } }
  bob: { name: Bob, accounts: { api_token_sha256: ${hash('bob')} } }
groups: { dba: { members: [alice, bob] } }
auditors: [bob]
clear_from: [dba]
clients:
  agent: { kind: agent, owner: alice, auth: { token_sha256: ${hash('agent')} }, actions: ["db.*"], targets: ["postgres/**"] }
plans: { one-key: { seats: [{ from: [dba], count: 1 }], usable_for: 1d } }
default: { effect: require, plan: one-key }
rules: []
limits: { open_per_requester: unlimited, new_per_minute: unlimited }
audit: { log: backup/test${anchors} }
`;

class Server {
  readonly folder: Folder;
  port = 0;
  running: Running | null = null;

  constructor(folder: Folder, anchors = '') {
    this.folder = folder;
    writeFileSync(join(folder.path, 'keyturn.yaml'), policy(anchors));
  }

  async start(): Promise<void> {
    this.running = this.folder.keyturn(['serve'], { PORT: '0' });
    const [, port] = await this.running.said(/"port":(\d+)/);
    this.port = Number(port);
  }

  async stop(): Promise<void> {
    this.running?.child.kill('SIGTERM');
    await this.running?.ended;
  }

  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the wire says, and asserts on it
  async call(who: keyof typeof TOKENS, method: string, path: string, body?: unknown): Promise<any> {
    const response = await fetch(`http://127.0.0.1:${this.port}${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKENS[who]}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const said = (await response.json()) as Record<string, unknown>;
    return { status: response.status, ...said, httpStatus: response.status };
  }

  submit(nth: number) {
    return this.call('agent', 'POST', '/v1/requests', {
      action: 'db.migrate',
      target: { system: 'postgres', environment: 'prod', resource: `orders-${nth}` },
      reason: 'backup test',
      payload: { nth },
    });
  }

  async approved(nth: number) {
    const request = await this.submit(nth);
    await this.call('bob', 'GET', `/v1/requests/${request.id}/payload`);
    const { action_digest } = request;
    await this.call('bob', 'POST', `/v1/requests/${request.id}/reviews`, {
      verdict: 'approve',
      action_digest,
    });
    return request;
  }

  consume({ id, action_digest }: { id: string; action_digest: string }) {
    return this.call('agent', 'POST', `/v1/requests/${id}/consume`, { action_digest });
  }

  ready() {
    return this.call('bob', 'GET', '/readyz');
  }

  cli(...args: string[]) {
    return this.folder.keyturn(args).ended;
  }

  lose(): void {
    rmSync(join(this.folder.path, 'data'), { recursive: true });
  }
}

const HELD =
  /a copy that was restored, and no anchor .* nothing is signed or released until an operator opens a new epoch/;

const exitOf = async (server: Server, ...args: string[]) => {
  const { code, stdout, stderr } = await server.cli(...args);
  return [code, stdout + stderr] as const;
};

it('a backup while the server writes is whole, private, and holds no key and no nonce', async () => {
  const server = new Server(new Folder());
  await server.start();
  const { nonce } = await server.consume(await server.approved(1_000));
  expect(nonce).toMatch(/./);
  const writes: Promise<unknown>[] = [];
  const [code, said] = await (async () => {
    const running = exitOf(server, 'backup', 'copy.db');
    for (let nth = 0; nth < 200; nth += 1) writes.push(server.submit(nth));
    return running;
  })();
  await Promise.all(writes);
  expect([code, said]).toEqual([
    0,
    expect.stringMatching(
      /^copy\.db: \d+\.\d MiB, up to entry \d+\. Keys and keyturn\.yaml are not in it\.\n$/,
    ),
  ]);
  const copy = join(server.folder.path, 'copy.db');
  expect(statSync(copy).mode & 0o777).toBe(0o600);
  for (const suffix of ['-wal', '-shm', '-journal', '.part']) expect(existsSync(copy + suffix)).toBe(false);
  const bytes = readFileSync(copy).toString('latin1');
  expect(bytes.includes(nonce)).toBe(false);
  const keys = join(server.folder.path, 'keys');
  for (const name of readdirSync(keys).filter((file) => file.endsWith('.pem'))) {
    const [, secret = 'no key'] = readFileSync(join(keys, name), 'utf8').split('\n');
    expect(bytes.includes(secret)).toBe(false);
  }
  // The chain, every quorum and the tables, in the copy.
  const [verified, verdict] = await exitOf(server, 'audit', 'verify', 'copy.db');
  expect([verified, verdict]).toEqual([3, expect.stringContaining('nothing wrong in')]);
  expect((await exitOf(server, 'backup', 'copy.db'))[0]).not.toBe(0);
  await server.stop();
}, 60_000);

it('row 26: a restored copy that no anchor speaks for releases nothing, until an operator opens an epoch and says why', async () => {
  const server = new Server(new Folder(), ', anchors: []');
  await server.start();
  const request = await server.approved(1);
  expect((await exitOf(server, 'backup', 'copy.db'))[0]).toBe(0);
  // It runs once before everything is lost. The copy does not know that.
  expect((await server.consume(request)).httpStatus).toBe(200);
  await server.stop();
  server.lose();
  expect((await exitOf(server, 'restore', 'copy.db'))[0]).toBe(0);

  // A restart is no way around it.
  for (let start = 0; start < 2; start += 1) {
    await server.start();
    expect(await server.consume(request)).toMatchObject({ httpStatus: 503, code: 'UNAVAILABLE' });
    expect(await server.ready()).toMatchObject({ httpStatus: 503, reason: expect.stringMatching(HELD) });
    // The copy is whole by itself, and the doctor asks further than that.
    expect(await exitOf(server, 'doctor')).toEqual([1, expect.stringMatching(HELD)]);
    await server.stop();
  }
  expect(await exitOf(server, 'audit', 'rotate-key')).toEqual([78, expect.stringContaining('restored')]);
  expect((await exitOf(server, 'audit', 'new-epoch', '--reason', ' '))[0]).toBe(78);
  await server.start();
  expect(await server.consume(request)).toMatchObject({ httpStatus: 503 });
  await server.stop();

  const reason = 'the machine burnt down, nothing newer is left';
  expect((await exitOf(server, 'audit', 'new-epoch', '--reason', reason))[0]).toBe(0);
  expect(await exitOf(server, 'doctor')).toEqual([0, expect.stringContaining('no server runs over')]);
  await server.start();
  expect(await server.ready()).toMatchObject({ httpStatus: 200 });
  expect(await exitOf(server, 'doctor')).toEqual([0, expect.stringContaining('the bot runs, and is ready')]);
  // What the copy calls approved ran once already.
  expect(await server.consume(request)).toMatchObject({ httpStatus: 409, code: 'NOT_APPROVED' });
  expect((await server.consume(await server.approved(2))).httpStatus).toBe(200);
  await server.stop();
  expect((await exitOf(server, 'audit', 'verify'))[0]).toBe(3);
}, 60_000);

it('row 19: a restored copy that is older than what an anchor holds releases nothing', async () => {
  const server = new Server(new Folder());
  await server.start();
  const request = await server.approved(1);
  expect((await exitOf(server, 'backup', 'copy.db'))[0]).toBe(0);
  expect((await server.consume(request)).httpStatus).toBe(200);
  // The end of the process is anchored, so the anchor knows of the release.
  await server.stop();
  server.lose();
  expect((await exitOf(server, 'restore', 'copy.db'))[0]).toBe(0);
  await server.start();
  expect(await server.consume(request)).toMatchObject({ httpStatus: 503, code: 'UNAVAILABLE' });
  expect(await server.ready()).toMatchObject({
    httpStatus: 503,
    reason: expect.stringContaining('older copy'),
  });
  await server.stop();
}, 60_000);

it('row 26: an anchor that holds less than the copy has signed, or what others wrote there, confirms nothing', async () => {
  const server = new Server(new Folder());
  await server.start();
  await server.approved(1);
  await server.stop();
  const anchor = join(server.folder.path, 'keys', 'anchor.notes');
  const early = readFileSync(anchor, 'utf8');
  await server.start();
  const request = await server.approved(2);
  await server.stop();
  expect((await exitOf(server, 'backup', 'copy.db'))[0]).toBe(0);
  const late = readFileSync(anchor, 'utf8');
  const forged = late.replace(/(— \S+ )\S+/g, '$1AAAA');
  for (const [name, notes, ready] of [
    ['put back as well', early, 503],
    ['forged', forged, 503],
    ['the real one', late, 200],
  ] as const) {
    server.lose();
    writeFileSync(anchor, notes);
    expect((await exitOf(server, 'restore', 'copy.db'))[0]).toBe(0);
    await server.start();
    expect([name, (await server.ready()).httpStatus]).toEqual([name, ready]);
    // Also in the newest copy that an anchor knows: a release after the last checkpoint is known to nobody.
    expect([name, (await server.consume(request)).httpStatus]).toEqual([name, ready === 200 ? 409 : ready]);
    await server.stop();
  }
  await server.start();
  expect((await server.consume(await server.approved(3))).httpStatus).toBe(200);
  await server.stop();
  // Once confirmed, it is the log, and needs no anchor to start again.
  rmSync(anchor);
  await server.start();
  expect((await server.ready()).httpStatus).toBe(200);
  await server.stop();
}, 60_000);

it('row 26: a backup that somebody only copied into place is a copy all the same', async () => {
  const server = new Server(new Folder(), ', anchors: []');
  await server.start();
  const request = await server.approved(1);
  expect((await exitOf(server, 'backup', 'copy.db'))[0]).toBe(0);
  await server.stop();
  const data = join(server.folder.path, 'data');
  for (const name of readdirSync(data)) rmSync(join(data, name));
  writeFileSync(join(data, 'keyturn.db'), readFileSync(join(server.folder.path, 'copy.db')));
  await server.start();
  expect(await server.consume(request)).toMatchObject({ httpStatus: 503 });
  await server.stop();
}, 60_000);

it('restores over no database, from no file that is none, and not beside a running server', async () => {
  const server = new Server(new Folder());
  await server.start();
  await server.submit(1);
  await exitOf(server, 'backup', 'copy.db');
  expect((await exitOf(server, 'restore', 'copy.db'))[1]).toContain('another Keyturn process uses');
  await server.stop();
  expect((await exitOf(server, 'restore', 'copy.db'))[1]).toContain('is there: move it away first');
  server.lose();
  const path = (name: string) => join(server.folder.path, name);
  const whole = readFileSync(path('copy.db'));
  const damaged = Buffer.from(whole);
  damaged.fill(0xff, 8_192, 20_000);
  for (const [name, bytes] of [
    ['text.db', Buffer.from('not a database')],
    ['cut.db', whole.subarray(0, 30_000)],
    ['damaged.db', damaged],
    ['empty.db', Buffer.alloc(0)],
  ] as const) {
    writeFileSync(path(name), bytes);
    const [code, said] = await exitOf(server, 'restore', name);
    expect([name, code, said]).toEqual([name, 73, expect.stringContaining('cannot be restored')]);
    expect(existsSync(join(server.folder.path, 'data', 'keyturn.db'))).toBe(false);
  }
  expect((await exitOf(server, 'restore', 'nothing.db'))[0]).toBe(73);
}, 60_000);
