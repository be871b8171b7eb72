import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { onTestFinished } from 'vitest';
import { rule, tokenOf } from '../../helpers/rulebook.ts';
import { startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';
import { BIN, connect, type ERAS } from './world.ts';

export const CANARY = 'canary-credential-"0123456789';

/** A real Keyturn, a real server behind, and the file of a gateway between them. */
export class GatewayWorld {
  readonly folder = mkdtempSync(join(tmpdir(), 'keyturn-gateway-'));
  readonly file = join(this.folder, 'gateway.json');
  readonly #ran = join(this.folder, 'ran');
  readonly keyturn: TestKeyturn;

  constructor(keyturn: TestKeyturn) {
    this.keyturn = keyturn;
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true }));
    this.define('writes a line');
    this.write({});
  }

  static async start(): Promise<GatewayWorld> {
    const client = { actions: ['mcp.**', 'mcp_unpinned.**'], targets: ['mcp/**'] };
    const rules = [rule('reviewed', { match: { action: ['mcp.notes.*'] }, effect: 'allow' })];
    return new GatewayWorld(await startKeyturn({ client, rules }));
  }

  define(description: string): void {
    writeFileSync(join(this.folder, 'description'), description);
  }

  /** From now on the server behind answers no question for its tools, or does again. */
  hangLists(hang: boolean): void {
    this.#mark('hangs', hang);
  }

  /** From now on the server behind ends after it has said what tools it has, or stays again. */
  leaveAfterLists(leave: boolean): void {
    this.#mark('leaves', leave);
  }

  #mark(what: string, on: boolean): void {
    const mark = join(this.folder, `description-${what}`);
    if (on) writeFileSync(mark, '');
    else rmSync(mark);
  }

  write(pins: Readonly<Record<string, string>>, command = process.execPath, mode = 0o600): void {
    this.writeServers({ notes: this.entry(pins, command) }, mode);
  }

  /** The server behind, as the gateway's file has it. */
  entry(pins: Readonly<Record<string, string>> = {}, command = process.execPath) {
    const env = { RAN: this.#ran, DESCRIPTION: join(this.folder, 'description'), CREDENTIAL: CANARY };
    return { command, args: [join(import.meta.dirname, 'downstream.mjs')], env, env_from: {}, pins };
  }

  writeServers(servers: Readonly<Record<string, unknown>>, mode = 0o600): void {
    rmSync(this.file, { force: true });
    writeFileSync(this.file, JSON.stringify({ environment: 'prod', servers }), { mode });
  }

  connect(era: (typeof ERAS)[number] = '2026-07-28', env: Readonly<Record<string, string>> = {}) {
    return connect(this.keyturn, 'stdio', era, 'agent', ['--gateway', this.file], env);
  }

  /** The same, and what it says on stderr. */
  async heard(env: Readonly<Record<string, string>>, more: readonly string[] = []) {
    let said = '';
    const args = [BIN, 'mcp', '--gateway', this.file, ...more];
    const options = {
      command: process.execPath,
      args,
      env: { ...this.#env, ...env },
      stderr: 'pipe',
    } as const;
    const transport = new StdioClientTransport(options);
    transport.stderr?.on('data', (part) => (said += String(part)));
    const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'auto' } });
    await client.connect(transport);
    onTestFinished(() => client.close());
    return { client, stderr: () => said };
  }

  /** Starts it with nobody to talk to, and answers how it ended. */
  async run(
    env: Readonly<Record<string, string>> = {},
    token = tokenOf('agent'),
    more: readonly string[] = [],
  ) {
    const own = { ...this.#env, KEYTURN_TOKEN: token, ...env };
    const child = spawn(process.execPath, [BIN, 'mcp', '--gateway', this.file, ...more], { env: own });
    child.stdin.end();
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (part) => (stdout += String(part)));
    child.stderr.on('data', (part) => (stderr += String(part)));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, stdout, stderr };
  }

  get #env() {
    return { PATH: '/usr/bin:/bin', KEYTURN_URL: this.keyturn.url, KEYTURN_TOKEN: tokenOf('agent') };
  }

  /** The calls that the server behind has seen. */
  ran(): { name: string; arguments: unknown }[] {
    if (!existsSync(this.#ran)) return [];
    const lines = readFileSync(this.#ran, 'utf8').trim().split('\n');
    return lines
      .map((line) => JSON.parse(line))
      .map((call) => ({ name: call.name, arguments: call.arguments }));
  }
}
