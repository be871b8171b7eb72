import { type ChildProcess, spawn } from 'node:child_process';
import { EXIT, exitCodeOfSignal } from './exit-codes.ts';
import type { CommandPayload } from './payload.ts';

/** What a stopped command gets to put its things in order. */
const STOP_MS = 10_000;

/** How the command ended, or that it never started. */
export interface ChildEnd {
  readonly exitCode: number;
  readonly detail: string | null;
  readonly neverStarted?: true;
}

/** The approved command, running. */
export class Child {
  readonly ended: Promise<ChildEnd>;
  readonly #process: ChildProcess;
  readonly #interactive: boolean;
  #running = true;
  #stopping: NodeJS.Timeout | undefined;

  constructor(payload: CommandPayload, environment: Record<string, string>) {
    const { argv, cwd, executable, stdin } = payload;
    this.#interactive = payload.interactive === true;
    this.#process = spawn(executable.path, argv.slice(1), {
      // What was approved as `argv[0]`: some programs look at their own name.
      argv0: argv[0],
      cwd,
      env: environment,
      shell: false,
      // A session of its own: without --interactive there is no terminal to read from, not by
      // /dev/tty either; and a Ctrl-C reaches it once, from here, instead of a second time from the
      // terminal, which many programs take as "now, without cleaning up".
      detached: !this.#interactive,
      stdio: [this.#interactive ? 'inherit' : stdin === null ? 'ignore' : 'pipe', 'inherit', 'inherit'],
    });
    this.ended = this.#watch();
    // A command may end without having read it all.
    this.#process.stdin?.on('error', () => undefined);
    this.#process.stdin?.end(stdin);
  }

  /** A signal that the guard was sent. */
  forward(signal: NodeJS.Signals): void {
    // The terminal has sent these two to the command as well.
    const doubled = this.#interactive && process.stdin.isTTY && (signal === 'SIGINT' || signal === 'SIGQUIT');
    if (!doubled) this.#kill(signal);
  }

  /** Somebody may end this, and wants to. */
  stop(): void {
    if (this.#stopping !== undefined) return;
    this.#kill('SIGTERM');
    this.#stopping = setTimeout(() => this.#kill('SIGKILL'), STOP_MS);
  }

  #kill(signal: NodeJS.Signals): void {
    const { pid } = this.#process;
    // Once it has ended, its number may be another program's.
    if (!this.#running || pid === undefined) return;
    try {
      // With everything that it started, as from a terminal: a script's children would live on.
      process.kill(this.#interactive ? pid : -pid, signal);
    } catch {
      // It ended in this moment, or it is another user's by now (sudo); `exit` tells.
    }
  }

  #watch(): Promise<ChildEnd> {
    return new Promise((resolve) => {
      const end = (how: ChildEnd): void => {
        this.#running = false;
        clearTimeout(this.#stopping);
        resolve(how);
      };
      this.#process.once('error', (error) => end(failureToStart(error)));
      this.#process.once('exit', (code, signal) => {
        if (signal === null) end({ exitCode: code ?? EXIT.notExecutable, detail: this.#detail(null) });
        else end({ exitCode: exitCodeOfSignal(signal), detail: this.#detail(signal) });
      });
    });
  }

  #detail(signal: NodeJS.Signals | null): string | null {
    const parts = [
      ...(this.#stopping === undefined ? [] : ['stopped on request']),
      ...(signal === null ? [] : [`killed by ${signal}`]),
    ];
    return parts.length === 0 ? null : parts.join(', ');
  }
}

/** The error is emitted or thrown, whichever Node chooses for its code. */
export function failureToStart(error: unknown): ChildEnd {
  const { code: given, message } = error as { code?: unknown; message?: unknown };
  const code = String(given ?? message);
  // The command itself was there a moment ago, when it was hashed.
  const isMissing = code === 'ENOENT' || code === 'ENOEXEC';
  return {
    exitCode: isMissing ? EXIT.notFound : EXIT.notExecutable,
    detail: `could not be started${isMissing ? ', its interpreter or its directory is missing' : ''} (${code})`,
    neverStarted: true,
  };
}
