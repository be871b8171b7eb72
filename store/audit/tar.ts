/** One file of an archive. Its chunks are read before the next member is asked for. */
export interface Member {
  readonly name: string;
  readonly size: number;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** The input is no archive that we read, or it is cut off. */
export class TarError extends Error {}

const BLOCK = 512;
/** Of a record that only names the next member. */
const MOST_PAX = 8_192;
const NO_PAX: Pax = { path: null, size: null };

interface Pax {
  readonly path: string | null;
  readonly size: number | null;
}

/**
 * A strict reader for POSIX tar: plain files only, checksums right, nothing between or behind them but
 * zeros. Links and devices are refused: nothing is written to disk, and nothing else is followed.
 */
export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<Member> {
  const input = blocksOf(source);
  let pax = NO_PAX;
  for (;;) {
    const header = await input.block();
    if (header === null) throw new TarError('the archive ends before its end is marked');
    if (isZero(header)) break;
    checkHeader(header);
    const size = pax.size ?? octal(header, 124, 12);
    const type = String.fromCharCode(header.readUInt8(156));
    if (type === 'x') {
      if (size > MOST_PAX) throw new TarError('a name in it is too long');
      const parts: Uint8Array[] = [];
      for await (const part of input.content(size)) parts.push(Buffer.from(part));
      pax = readPax(Buffer.concat(parts).toString('utf8'));
      continue;
    }
    if (type !== '0') throw new TarError('there is something in it that is no file');
    const prefix = text(header, 345, 155);
    const name = pax.path ?? `${prefix === '' ? '' : `${prefix}/`}${text(header, 0, 100)}`;
    pax = NO_PAX;
    let isRead = false;
    const chunks = (async function* () {
      isRead = true;
      yield* input.content(size);
    })();
    yield { name, size, chunks };
    // Whoever looked at the name alone did not need the rest.
    if (!isRead) for await (const _ of input.content(size));
    else for await (const _ of chunks);
  }
  for (let block = await input.block(); block !== null; block = await input.block()) {
    if (!isZero(block)) throw new TarError('there is something behind its end');
  }
}

/** The source in blocks of 512 bytes, whatever its chunks are. */
function blocksOf(source: AsyncIterable<Uint8Array>) {
  const chunks = source[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);

  const more = async (): Promise<boolean> => {
    const { value, done } = await chunks.next();
    if (done === true) return false;
    const chunk = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    return true;
  };
  const take = (length: number): Buffer => {
    const taken = held.subarray(0, length);
    held = held.subarray(length);
    return taken;
  };
  const block = async (): Promise<Buffer | null> => {
    while (held.length < BLOCK) {
      if (await more()) continue;
      if (held.length === 0) return null;
      throw new TarError('it is cut off');
    }
    return take(BLOCK);
  };
  return {
    block,
    async *content(size: number): AsyncGenerator<Uint8Array> {
      let left = size;
      while (left > 0) {
        if (held.length === 0 && !(await more())) throw new TarError('it is cut off');
        const part = take(Math.min(left, held.length));
        left -= part.length;
        if (part.length > 0) yield part;
      }
      const padding = (BLOCK - (size % BLOCK)) % BLOCK;
      while (held.length < padding) if (!(await more())) throw new TarError('it is cut off');
      if (!isZero(take(padding))) throw new TarError('there is something between its files');
    },
  };
}

function checkHeader(header: Buffer): void {
  if (text(header, 257, 6) !== 'ustar') throw new TarError('it is no tar archive');
  let sum = 0;
  for (let at = 0; at < BLOCK; at += 1) sum += at >= 148 && at < 156 ? 0x20 : header.readUInt8(at);
  if (octal(header, 148, 8) !== sum) throw new TarError('the head of a file in it is damaged');
}

function readPax(records: string): Pax {
  let path: string | null = null;
  let size: number | null = null;
  for (const [, key, value = ''] of records.matchAll(/\d+ ([a-zA-Z.]+)=([^\n]*)\n/g)) {
    if (key === 'path') path = value;
    if (key === 'size') size = Number(value);
  }
  if (size !== null && !Number.isSafeInteger(size)) throw new TarError('a size in it is no number');
  return { path, size };
}

function text(header: Buffer, at: number, length: number): string {
  const field = header.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end === -1 ? length : end);
}

function octal(header: Buffer, at: number, length: number): number {
  const digits = header
    .toString('latin1', at, at + length)
    .replace(/[\0 ]+$/, '')
    .trimStart();
  if (!/^[0-7]{1,12}$/.test(digits)) throw new TarError('a number in it is none');
  return Number.parseInt(digits, 8);
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}
