import { createReadStream } from 'node:fs';
import { lstat, open, readdir, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { createGunzip } from 'node:zlib';
import type { Bundle } from '../../store/audit/bundle-files.ts';
import { type Member, readTar, TarError } from '../../store/audit/tar.ts';

/** What somebody points at, by its first bytes and not by its name. */
export type Input =
  | { readonly kind: 'bundle'; readonly bundle: Bundle }
  | { readonly kind: 'database'; readonly file: string }
  | { readonly kind: 'lines'; readonly chunks: AsyncIterable<Uint8Array> };

const SQLITE = Buffer.from('SQLite format 3\0');
const GZIP = Buffer.of(0x1f, 0x8b);
const CHUNK = 1 << 20;
const MOST_FILES = 1_000_000;

export async function openInput(file: string): Promise<Input> {
  if (file === '-') return { kind: 'lines', chunks: process.stdin };
  if ((await stat(file)).isDirectory()) return { kind: 'bundle', bundle: folderBundle(file) };
  const head = await readHead(file);
  if (head.equals(SQLITE)) return { kind: 'database', file };
  if (head.subarray(0, GZIP.length).equals(GZIP)) return { kind: 'bundle', bundle: archiveBundle(file) };
  return { kind: 'lines', chunks: createReadStream(file, { highWaterMark: CHUNK }) };
}

async function readHead(file: string): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(SQLITE.length), 0, SQLITE.length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Nothing is unpacked: the archive is read again for each thing that is wanted of it. */
function archiveBundle(file: string): Bundle {
  async function* members(): AsyncGenerator<Member> {
    const source = createReadStream(file, { highWaterMark: CHUNK });
    const plain = createGunzip({ chunkSize: CHUNK });
    source.on('error', (cause) => plain.destroy(cause));
    let folder: string | null = null;
    try {
      for await (const { name, size, chunks } of readTar(source.pipe(plain))) {
        const slash = name.indexOf('/');
        const within = name.slice(0, slash);
        folder ??= within;
        if (slash < 1 || within !== folder) throw new TarError('its files are not in one folder');
        yield { name: name.slice(slash + 1), size, chunks };
      }
    } finally {
      source.destroy();
      plain.destroy();
    }
  }
  return {
    members,
    async open(wanted) {
      const all = members();
      for await (const { name, chunks } of all) if (name === wanted) return closing(chunks, all);
      return null;
    },
  };
}

/** The reader is closed when nobody reads on. */
async function* closing(
  chunks: AsyncIterable<Uint8Array>,
  all: AsyncGenerator<Member>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } finally {
    await all.return(undefined);
  }
}

function folderBundle(folder: string): Bundle {
  return {
    async *members() {
      const paths = await readdir(folder, { recursive: true });
      if (paths.length > MOST_FILES) throw new TarError('there are too many files in it');
      for (const path of paths.toSorted()) {
        const file = join(folder, path);
        const found = await lstat(file);
        if (found.isDirectory()) continue;
        const name = path.split(sep).join('/');
        if (!found.isFile()) throw new TarError(`${name} is no file`);
        yield { name, size: found.size, chunks: createReadStream(file, { highWaterMark: CHUNK }) };
      }
    },
    async open(name) {
      const path = join(folder, name);
      const found = await stat(path).catch(() => null);
      return found === null ? null : createReadStream(path, { highWaterMark: CHUNK });
    },
  };
}
