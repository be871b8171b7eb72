import { constants } from 'node:fs';
import { access, open, stat } from 'node:fs/promises';
import { delimiter, resolve } from 'node:path';
import { Ended, EXIT } from './exit-codes.ts';

/** Where a system looks when PATH is not set. */
const DEFAULT_PATH = '/usr/bin:/bin';

const MAGIC = [
  '2321', // #!
  '7f454c46', // ELF
  'feedface', // Mach-O, in its six forms
  'feedfacf',
  'cefaedfe',
  'cffaedfe',
  'cafebabe',
  'cafebabf',
];

/**
 * The file that this name means, found as `execvp` finds it, so that the digest which people approve
 * and the file which is spawned later are one. No alias, no builtin: there is no shell.
 */
export async function findExecutable(name: string, cwd: string, path: string | undefined): Promise<string> {
  const candidates = name.includes('/')
    ? [resolve(cwd, name)]
    : // An empty part of PATH means the working directory.
      (path ?? DEFAULT_PATH).split(delimiter).map((folder) => resolve(cwd, folder, name));
  let present: string | null = null;
  for (const candidate of name === '' ? [] : candidates) {
    const found = await stat(candidate).catch(() => null);
    if (found === null) continue;
    if (found.isFile() && (await isExecutable(candidate))) return checked(name, candidate);
    // A directory of that name on the PATH is passed over; one that was named is refused.
    if (found.isFile() || name.includes('/')) present ??= candidate;
  }
  if (present !== null)
    throw new Ended(EXIT.notExecutable, `${present} is not executable. Nothing was sent.`);
  throw new Ended(EXIT.notFound, `${name === '' ? 'the command' : name} is not found. Nothing was sent.`);
}

/**
 * libc runs a file that the system does not know with /bin/sh. That would be a shell, behind the back
 * of everybody who approved an argv, so such a file counts as not found.
 */
async function checked(name: string, path: string): Promise<string> {
  const head = await readHead(path);
  // Unreadable, so it cannot be hashed either; hashing says so.
  if (head === null || MAGIC.some((magic) => head.startsWith(magic))) return path;
  throw new Ended(
    EXIT.notFound,
    `${name} is no program: it has no #! line. Name its interpreter, or add the line. Nothing was sent.`,
  );
}

async function readHead(path: string): Promise<string | null> {
  const file = await open(path).catch(() => null);
  if (file === null) return null;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.toString('hex', 0, bytesRead);
  } finally {
    await file.close();
  }
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
