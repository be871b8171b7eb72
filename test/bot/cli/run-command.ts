import type { Command } from 'commander';
import { afterEach, vi } from 'vitest';

export interface Ran {
  readonly out: string;
  readonly err: string;
  readonly exitCode: number;
}

/** Runs a command in this process, as the person in front of a terminal sees it. */
export async function run(command: Command, ...args: readonly string[]): Promise<Ran> {
  let out = '';
  let err = '';
  const take = (to: (text: string) => void) => (text: string | Uint8Array) => {
    to(String(text));
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(take((text) => (out += text)));
  vi.spyOn(process.stderr, 'write').mockImplementation(take((text) => (err += text)));
  vi.spyOn(process, 'exit').mockImplementation((code) => {
    process.exitCode = Number(code);
    throw new Error('exit');
  });
  try {
    await command.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof Error && error.message === 'exit')) throw error;
  } finally {
    vi.restoreAllMocks();
  }
  return { out, err, exitCode: Number(process.exitCode ?? 0) };
}

afterEach(() => {
  process.exitCode = undefined;
});
