import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Digest } from '../../bot/core/digest.ts';
import type { Executor, Job, TryEnded } from '../../bot/ports/executor.ts';
import { argvProblems, fillArgv } from './argv.ts';

export interface CommandSettings {
  /** `{/pointer}` as a whole argument stands for that value of the payload. The first one is the program. */
  readonly argv: readonly string[];
  readonly cwd: string;
  /** Names of the bot's own variables that go along. Nothing else does, but PATH, HOME and LANG. */
  readonly env: readonly string[];
  readonly timeoutMs: number;
  readonly kind: Executor['kind'];
  readonly definition: Digest;
}

/** What a stopped command gets to put its things in order. */
const GRACE_MS = 10_000;
const ALWAYS = ['PATH', 'HOME', 'LANG'];

/** Runs a program of the config. No shell: payload values are whole arguments, and no program of theirs. */
export function commandExecutor(
  settings: CommandSettings,
  environment: NodeJS.ProcessEnv,
  graceMs: number = GRACE_MS,
): Executor {
  const { argv, cwd, kind, definition } = settings;
  const env = Object.fromEntries(
    [...ALWAYS, ...settings.env].flatMap((name) => {
      const value = environment[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
  return {
    kind,
    definition,
    secrets: settings.env.flatMap((name) => environment[name] ?? []),
    describe: (payload) => `runs ${fillArgv(argv, payload).map(quoted).join(' ')} in ${cwd}`,
    problems: (payload) => argvProblems(argv, payload),
    run: (job) => runCommand(job, { ...settings, env }, graceMs),
  };
}

function quoted(word: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(word) ? word : JSON.stringify(word);
}

interface Started extends Omit<CommandSettings, 'env'> {
  readonly env: Readonly<Record<string, string>>;
}

function runCommand(
  job: Job,
  { argv, cwd, env, timeoutMs, kind }: Started,
  graceMs: number,
): Promise<TryEnded> {
  // Stopped while it still waited: nothing was started, so nothing can have happened.
  if (job.signal.aborted) return Promise.resolve(notStarted('stopped before it started', false));
  if (job.isLate()) return Promise.resolve(notStarted('was not started in time; nothing was done', true));
  const own = { KEYTURN_REQUEST: job.request, KEYTURN_ATTEMPT: String(job.attempt) };
  let child: ReturnType<typeof start>;
  try {
    child = start(fillArgv(argv, job.payload), cwd, { ...env, ...own });
  } catch (cause) {
    // Some of what is wrong is thrown, and the rest is told by an event: arguments too long, or a NUL in one.
    return Promise.resolve(notStarted(`could not be started: ${codeOf(cause)}`, true));
  }
  return new Promise((resolve) => {
    let why: string | null = null;
    let forced: NodeJS.Timeout | undefined;
    const end = (reason: string) => {
      if (why !== null) return;
      why = reason;
      killGroup(child.pid, 'SIGTERM');
      forced = setTimeout(() => killGroup(child.pid, 'SIGKILL'), graceMs);
    };
    const late = setTimeout(() => end(`did not end within ${timeoutMs / 1000} seconds`), timeoutMs);
    const stop = () => end('stopped on request');
    job.signal.addEventListener('abort', stop, { once: true });
    const settle = (ended: TryEnded) => {
      clearTimeout(late);
      clearTimeout(forced);
      job.signal.removeEventListener('abort', stop);
      child.stdout.removeAllListeners('data');
      child.stderr.removeAllListeners('data');
      resolve(ended);
    };
    child.stdout.on('data', job.onOutput);
    child.stderr.on('data', job.onOutput);
    child.once('error', (cause) => {
      if (child.pid === undefined) settle(notStarted(`could not be started: ${codeOf(cause)}`, true));
    });
    child.once('exit', (code, signal) => {
      // A grandchild may hold the pipes open for ever. What it prints from now on is nobody's output.
      if (why !== null) killGroup(child.pid, 'SIGKILL');
      const drained = new Promise((closed) => child.once('close', closed));
      const patience = new Promise((tired) => setTimeout(tired, 500).unref());
      void Promise.race([drained, patience]).then(() => settle(toEnded(code, signal, why, kind)));
    });
  });
}

function start(
  [program = '', ...args]: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
) {
  return spawn(program, args, {
    cwd,
    env,
    shell: false,
    // A group of its own, so that what it starts can be ended with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function toEnded(
  code: number | null,
  signal: NodeJS.Signals | null,
  why: string | null,
  kind: Executor['kind'],
): TryEnded {
  const detail = [...(why === null ? [] : [why]), ...(signal === null ? [] : [`killed by ${signal}`])].join(
    ', ',
  );
  if (code === 0 && why === null) return { status: 'succeeded', exitCode: 0, detail: null, retryable: false };
  const exitCode = code ?? (signal === null ? null : 128 + (constants.signals[signal] ?? 0));
  // It was ended from outside, in the middle: only a program that may run twice can be tried again.
  return {
    status: 'failed',
    exitCode,
    detail: detail || null,
    retryable: kind === 'idempotent' && why === null,
  };
}

function notStarted(detail: string, retryable: boolean): TryEnded {
  return { status: 'failed', exitCode: null, detail, retryable };
}

function codeOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'unknown';
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.name;
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone already.
  }
}
