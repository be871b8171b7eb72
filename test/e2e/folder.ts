import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export const ROOT = join(import.meta.dirname, '../..');
const BIN = join(ROOT, 'dist/bot/cli/keyturn.js');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process, with what it has said so far. */
export class Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  stdout = '';
  stderr = '';
  readonly #more = new EventEmitter();

  constructor(child: ChildProcess) {
    this.child = child;
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.setEncoding('utf8').on('data', (text: string) => {
        this[name] += text;
        this.#more.emit('more');
      });
    }
    this.ended = once(child, 'close').then(([code]) => {
      const { stdout, stderr } = this;
      this.#more.emit('more');
      return { code: code as number | null, stdout, stderr };
    });
  }

  /** What the pattern matched, as soon as it stands in the output. */
  async said(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.stdout) ?? pattern.exec(this.stderr);
      if (found !== null) return found;
      if (this.child.exitCode !== null)
        throw new Error(`${pattern} was never said:\n${this.stdout}${this.stderr}`);
      await once(this.#more, 'more');
    }
  }
}

/** An empty folder, without a terminal and without anything of ours in its environment. */
export class Folder {
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), 'keyturn-e2e-')));
  readonly #children: ChildProcess[] = [];

  constructor() {
    onTestFinished(async () => {
      for (const child of this.#children) child.kill('SIGKILL');
      rmSync(this.path, { recursive: true, force: true, maxRetries: 5 });
    });
  }

  spawn(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
    const child = spawn(program, args, {
      cwd: this.path,
      env: { PATH: process.env['PATH'], HOME: this.path, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#children.push(child);
    return new Running(child);
  }

  keyturn(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
    return this.spawn(process.execPath, [BIN, ...args], env);
  }

  /** A line as a person pastes it. `npx keyturn` is the build of this repository. */
  paste(line: string, env: Readonly<Record<string, string>> = {}): Running {
    const npx = `npx() { shift; exec "${process.execPath}" "${BIN}" "$@"; }`;
    return this.spawn('bash', ['-c', `${npx}\n${line}`], env);
  }
}

/** A port that nobody has at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
