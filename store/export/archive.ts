import { createHash } from 'node:crypto';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';

/** A file of the bundle, as its manifest names it. */
interface Listed {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

type Pieces = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

export interface Archive {
  /** The compressed bytes, as they come. */
  readonly output: AsyncIterable<Uint8Array>;
  /** `size` is how long `pieces` are together. Waits as long as nobody takes the output. */
  add(path: string, size: number, pieces: Pieces): Promise<void>;
  addText(path: string, text: string | Uint8Array): Promise<void>;
  /** What was added so far, in that order. */
  listed(): readonly Listed[];
  end(): void;
  /** Nothing more comes of it, and whoever reads it learns that it is not whole. */
  fail(cause: Error): void;
}

/**
 * A tar in one folder, gzipped, that holds no more than a few pieces at a time. Where nobody takes
 * anything of it for `takenWithinMs`, it fails.
 */
export function createArchive(folder: string, at: number, takenWithinMs: number): Archive {
  const tar = pack();
  const gzip = createGzip();
  const files: Listed[] = [];
  let failed: Error | null = null;
  tar.on('error', (cause) => gzip.destroy(cause));
  // Whoever stops reading aborts the stream. Nobody is left to tell then, and an error that nobody hears
  // ends the process. What writes learns of it at its next step.
  gzip.on('error', () => {});
  gzip.on('close', () => tar.destroy());
  tar.pipe(gzip);

  const fail = (cause: Error) => {
    failed ??= cause;
    gzip.destroy(cause);
  };
  const closed = new Promise<void>((resolve) => void gzip.once('close', resolve));
  /** Settles with the step, or when the archive is at its end before its time. */
  const step = async (taken: Promise<void>) => {
    let late: NodeJS.Timeout | undefined;
    const waited = new Promise<never>((_, reject) => {
      late = setTimeout(() => reject(new Error('nobody takes the export')), takenWithinMs);
    });
    try {
      await Promise.race([taken, closed, waited]);
    } finally {
      clearTimeout(late);
    }
    if (gzip.destroyed) throw failed ?? new Error('the export was cut off');
  };

  const add = async (path: string, size: number, pieces: Pieces) => {
    const hash = createHash('sha256');
    let bytes = 0;
    let settle = (_cause?: Error | null) => {};
    const taken = new Promise<void>((resolve, reject) => {
      settle = (cause) => (cause ? reject(cause) : resolve());
    });
    // It also fails with the archive, which is told elsewhere.
    taken.catch(() => undefined);
    const header = { name: `${folder}/${path}`, size, mode: 0o644, mtime: new Date(at) };
    const entry = tar.entry(header, (cause) => settle(cause));
    entry.on('error', settle);
    for await (const piece of pieces) {
      hash.update(piece);
      bytes += piece.length;
      if (!entry.write(piece)) await step(new Promise((resolve) => void entry.once('drain', resolve)));
    }
    if (bytes !== size) throw new Error(`${path} has ${bytes} bytes, and was said to have ${size}`);
    entry.end(null);
    await step(taken);
    files.push({ path, bytes, sha256: hash.digest('hex') });
  };

  return {
    output: gzip,
    add,
    addText(path, text) {
      const bytes = typeof text === 'string' ? Buffer.from(text, 'utf8') : text;
      return add(path, bytes.length, [bytes]);
    },
    listed: () => files,
    end: () => tar.finalize(),
    fail,
  };
}
