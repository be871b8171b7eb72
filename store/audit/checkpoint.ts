import { readBase64, toBase64 } from './base64.ts';
import { HASH_BYTES } from './merkle.ts';

/** How long a log is and what it holds, as c2sp.org/tlog-checkpoint writes it into a note. */
export interface Checkpoint {
  /** `<log name>/<epoch>`. */
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

const SIZE = /^(0|[1-9][0-9]{0,15})$/;

export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/** The text of a note. Lines after the third are somebody's extension; they may be there, and say nothing to us. */
export function parseCheckpoint(text: string): Checkpoint | { readonly why: string } {
  const [origin = '', count = '', hash = '', ...rest] = text.split('\n');
  const size = SIZE.test(count) ? Number(count) : Number.NaN;
  const root = readBase64(hash);
  const isWhole = rest.at(-1) === '' && rest.slice(0, -1).every((line) => line !== '');
  if (origin === '' || !isWhole) return { why: 'it has not the three lines of a checkpoint' };
  if (!Number.isSafeInteger(size)) return { why: 'its size is no count of entries' };
  if (root?.length !== HASH_BYTES) return { why: 'its root is no SHA-256' };
  return { origin, size, root };
}
