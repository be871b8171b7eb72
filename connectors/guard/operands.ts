import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';

export interface FileDigest {
  /** As it stands in the argv; relative to the working directory. */
  readonly path: string;
  readonly sha256: string;
}

/** A file that ought to be hashed and cannot be. */
export class Unhashable extends Error {
  constructor(path: string, problem: string, options?: ErrorOptions) {
    super(`${path} ${problem}`, options);
    this.name = 'Unhashable';
  }
}

/**
 * Every argument that names a regular file, and every pin. Approvers see the name of a script or a
 * plan; what runs is its content, and the asker can rewrite that while they read.
 */
export async function hashOperands(
  argv: readonly string[],
  pins: readonly string[],
  cwd: string,
): Promise<readonly FileDigest[]> {
  const digests = new Map<string, string>();
  for (const argument of new Set(argv.slice(1).flatMap(namesIn))) {
    const found = await stat(resolve(cwd, argument)).catch(() => null);
    if (found?.isFile()) digests.set(argument, await hashFile(argument, cwd));
  }
  for (const pin of pins) {
    if (!digests.has(pin)) digests.set(pin, await hashFile(pin, cwd));
  }
  return [...digests].map(([path, sha256]) => ({ path, sha256 }));
}

/** Lowercase hex SHA-256 of a regular file, read as a stream. */
export async function hashFile(path: string, cwd: string): Promise<string> {
  // Without O_NONBLOCK a pipe of that name would hold the guard for as long as nobody writes to it.
  const file = await open(resolve(cwd, path), constants.O_RDONLY | constants.O_NONBLOCK).catch(
    (cause: unknown) => {
      throw new Unhashable(path, 'cannot be read', { cause });
    },
  );
  try {
    if (!(await file.stat()).isFile()) throw new Unhashable(path, 'is not a regular file');
    const hash = createHash('sha256');
    for await (const part of file.createReadStream({ autoClose: false })) hash.update(part as Buffer);
    return hash.digest('hex');
  } finally {
    await file.close();
  }
}

/** `--file=plan.bin` and `if=disk.img` name a file just as well as an argument of its own does. */
function namesIn(argument: string): readonly string[] {
  const at = argument.indexOf('=');
  return at === -1 ? [argument] : [argument, argument.slice(at + 1)];
}
