/**
 * An agent runs the call when its hook ends in any way that it does not know. So this process ends in
 * one of two ways: 0 after an answer was written whole, or 2, which blocks. Whatever else happens to
 * it, a crash, a forgotten promise, a fault while our own files load, becomes 2 here.
 *
 * What kills it from outside becomes 2 in the shell: `timeout -s KILL N keyturn hook … || exit 2`.
 */
export interface Answering {
  /** From now on an exit code of 0 is true: the answer is written, or there was nothing to say. */
  answered(): void;
}

const BLOCKED = 2;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

export function failClosed(): Answering {
  let isAnswered = false;
  const block = (why: string) => {
    isAnswered = false;
    process.stderr.write(`keyturn: ${why}. The call is blocked.\n`);
    process.exit(BLOCKED);
  };
  process.on('uncaughtException', (cause) => block(`something is wrong here: ${cause.name}`));
  for (const signal of SIGNALS) process.on(signal, () => block(`stopped by ${signal}`));
  process.on('exit', (code) => {
    if (!isAnswered || code !== 0) process.exitCode = BLOCKED;
  });
  return {
    answered() {
      isAnswered = true;
    },
  };
}
