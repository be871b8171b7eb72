import { readBase64, toBase64 } from './base64.ts';
import { HASH_BYTES } from './merkle.ts';

/** That one entry is in a log, for somebody who has nothing else of it (c2sp.org/tlog-proof). */
export interface TlogProof {
  readonly index: number;
  readonly hashes: readonly Uint8Array[];
  /** The signed note. */
  readonly checkpoint: string;
  /** What the format leaves to the log to fill in; we never do. */
  readonly extra?: Uint8Array;
}

const HEADER = 'c2sp.org/tlog-proof@v1';
const INDEX = /^index (0|[1-9][0-9]{0,15})$/;
/** A tree of 2^53 leaves has paths of 53. */
const MOST_HASHES = 64;

export function formatTlogProof({ index, hashes, checkpoint, extra }: TlogProof): string {
  const head = extra === undefined ? [HEADER] : [HEADER, `extra ${toBase64(extra)}`];
  return [...head, `index ${index}`, ...hashes.map(toBase64), '', checkpoint].join('\n');
}

export function parseTlogProof(text: string): TlogProof | { readonly why: string } {
  const gap = text.indexOf('\n\n');
  const [header, ...lines] = text.slice(0, Math.max(gap, 0)).split('\n');
  if (header !== HEADER) return { why: `it does not begin with ${HEADER}` };
  const extra = lines[0]?.startsWith('extra ') ? readBase64(lines.shift()?.slice(6) ?? '') : undefined;
  if (extra === null) return { why: 'its extra is not base64' };
  const [, digits] = INDEX.exec(lines.shift() ?? '') ?? [];
  const index = Number(digits ?? Number.NaN);
  if (!Number.isSafeInteger(index)) return { why: 'it names no index' };
  const hashes = lines.map(readBase64).filter((hash) => hash?.length === HASH_BYTES) as Uint8Array[];
  if (hashes.length !== lines.length || lines.length > MOST_HASHES)
    return { why: 'a line of its path is no SHA-256' };
  const checkpoint = text.slice(gap + 2);
  return extra === undefined ? { index, hashes, checkpoint } : { index, hashes, checkpoint, extra };
}
