import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { tokenOf } from '../../helpers/rulebook.ts';
import { startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';
import { until } from '../../helpers/until.ts';

const BIN = join(import.meta.dirname, '../../../dist/bot/cli/keyturn.js');

export interface HookEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Call {
  readonly session?: string;
  readonly id?: string;
  readonly tool?: string;
  readonly input?: unknown;
  readonly cwd?: string;
  readonly event?: string;
}

let calls = 0;

/** What an agent writes to its hook, in the form that was captured from the real ones. */
export function hookInput(call: Call = {}): string {
  calls += 1;
  return JSON.stringify({
    session_id: call.session ?? 'session-1',
    transcript_path: '/dev/null',
    cwd: call.cwd ?? '/srv/app',
    permission_mode: 'bypassPermissions',
    hook_event_name: call.event ?? 'PreToolUse',
    tool_name: call.tool ?? 'Bash',
    tool_input: call.input ?? { command: 'dropdb orders', description: 'tidy up' },
    tool_use_id: call.id ?? `toolu_${calls}`,
  });
}

/** What an agent makes of it, measured on the real ones: only 2, or 0 with a deny, stops the call. */
export function isBlocked({ code, stdout }: HookEnd): boolean {
  return code === 2 || (code === 0 && decisionOf({ stdout }).permissionDecision === 'deny');
}

interface Decision {
  readonly permissionDecision: string;
  readonly permissionDecisionReason: string;
  readonly updatedInput?: unknown;
}

export function decisionOf({ stdout }: Pick<HookEnd, 'stdout'>): Decision {
  const { hookSpecificOutput } = JSON.parse(stdout);
  if (hookSpecificOutput.hookEventName !== 'PreToolUse') throw new Error(stdout);
  return hookSpecificOutput;
}

/** A folder with a token in it, and hooks that are run from there as an agent would run them. */
export class Seat {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'keyturn-hook-')));
  readonly url: string;
  readonly #running: ChildProcess[] = [];

  constructor(url: string, token = tokenOf('agent')) {
    this.url = url;
    writeFileSync(join(this.folder, 'token'), `${token}\n`, { mode: 0o600 });
    onTestFinished(() => {
      for (const child of this.#running) child.kill('SIGKILL');
      rmSync(this.folder, { recursive: true, force: true });
    });
  }

  get options(): string[] {
    return ['--target', 'laptop/prod/alice', '--url', this.url, '--token-file', join(this.folder, 'token')];
  }

  /** The process of one hook. Nothing is in its environment but what the test says. */
  start(
    input: string | Buffer,
    more: readonly string[] = [],
    env: Record<string, string> = {},
  ): ChildProcess {
    const args = [BIN, 'hook', 'claude-code', ...this.options, '--deadline', '20s', ...more];
    return this.#spawn(process.execPath, args, input, env);
  }

  run(
    input: string | Buffer,
    more: readonly string[] = [],
    env: Record<string, string> = {},
  ): Promise<HookEnd> {
    return endOf(this.start(input, more, env));
  }

  /** The very line that `hook install` prints, in the shell that the agent would use. */
  startInstalled(input: string, deadline = '20s', change = (line: string) => line): ChildProcess {
    const args = [BIN, 'hook', 'install', 'claude-code', ...this.options, '--deadline', deadline];
    const settings = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
    return this.#spawn('/bin/sh', ['-c', change(settings.hooks.PreToolUse[0].hooks[0].command)], input, {});
  }

  #spawn(
    program: string,
    args: readonly string[],
    input: string | Buffer,
    env: Record<string, string>,
  ): ChildProcess {
    // A group of its own, so that a test finds what the shell has started.
    const child = spawn(program, args, {
      env: { HOME: this.folder, PATH: '/usr/bin:/bin', ...env },
      detached: true,
    });
    this.#running.push(child);
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    return child;
  }
}

export async function endOf(child: ChildProcess): Promise<HookEnd> {
  if (child.stdout === null || child.stderr === null) throw new Error('no pipes');
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, stdout, stderr };
}

/** A real Keyturn in which the agent may ask for every tool on its laptop. */
export async function aKeyturn(changes: Parameters<typeof startKeyturn>[0] = {}): Promise<TestKeyturn> {
  const client = { actions: ['tool.*', 'mcp.**'], targets: ['laptop/**'] };
  return startKeyturn({ client, ...changes });
}

/** The nth request there is, once it is there. */
export async function nthRequest(keyturn: TestKeyturn, nth = 1) {
  return until(async () => {
    const { body } = await keyturn.get('alice', '/v1/requests');
    return body.items.toReversed()[nth - 1] ?? null;
  });
}

/** Something that answers in Keyturn's place. */
export async function aServer(status: number, body: string): Promise<{ url: string; calls: string[] }> {
  const seen: string[] = [];
  const server = createServer((incoming, response) => {
    seen.push(incoming.url ?? '');
    response.writeHead(status, { 'content-type': 'application/json', location: '/elsewhere' }).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls: seen };
}
