import { canonicalJson, isJsonObject, type Json } from '../../bot/core/canonical-json.ts';
import { readBase64 } from './base64.ts';
import type { TextBeside } from './beside.ts';
import { createLineCutter } from './lines.ts';

/** A policy is a text too. */
const MOST_LINE = 16 * 1024 * 1024;

interface TextLine extends TextBeside {
  readonly seq: number;
}

/** The texts of a bundle, in order, beside its entries. */
export interface BundleTexts {
  /** Whether everything that stands beside this entry is at hand; if not, ask for more first. */
  isReady(seq: number): boolean;
  more(): Promise<void>;
  upTo(seq: number): readonly TextBeside[];
  /** Why what was read is not texts in order, or null. */
  problem(): string | null;
  /** The entry of a text that nobody asked for, or null. */
  left(): number | null;
}

/** Never holds more than one chunk of them. */
export function readBundleTexts(chunks: AsyncIterable<Uint8Array>): BundleTexts {
  const source = chunks[Symbol.asyncIterator]();
  let waiting: TextLine[] = [];
  let isDone = false;
  let why: string | null = null;
  let last: TextLine | null = null;

  const cutter = createLineCutter((line) => {
    const read = readLine(line);
    if (read === null) {
      why = 'a line of disclosures.jsonl is no text of an entry, or not canonical JSON';
    } else if (last !== null && !isAfter(read, last)) {
      why = 'disclosures.jsonl is not in the order of its entries';
    } else {
      waiting.push(read);
      last = read;
    }
    return why === null;
  }, MOST_LINE);

  return {
    isReady: (seq) => isDone || why !== null || (waiting.at(-1)?.seq ?? -1) > seq,
    async more() {
      const { value, done } = await source.next();
      isDone = done === true;
      if (isDone) cutter.end();
      else cutter.chunk(value);
    },
    upTo(seq) {
      let count = 0;
      while ((waiting[count]?.seq ?? Number.POSITIVE_INFINITY) <= seq) count += 1;
      if (count === 0) return NONE;
      const taken = waiting.slice(0, count);
      waiting = waiting.slice(count);
      return taken;
    },
    problem: () => why,
    left: () => waiting[0]?.seq ?? null,
  };
}

const NONE: readonly TextBeside[] = [];

function readLine(line: Uint8Array): TextLine | null {
  const bytes = Buffer.from(line.buffer, line.byteOffset, line.byteLength);
  let read: Json;
  try {
    read = JSON.parse(bytes.toString('utf8')) as Json;
    if (!Buffer.from(canonicalJson(read), 'utf8').equals(bytes)) return null;
  } catch {
    return null;
  }
  if (!isJsonObject(read) || Object.keys(read).join(' ') !== 'field salt seq value') return null;
  const { field, salt: encoded, seq, value } = read;
  const salt = typeof encoded === 'string' ? readBase64(encoded) : null;
  if (typeof field !== 'string' || !Number.isSafeInteger(seq) || salt?.length !== 32) return null;
  return { seq: Number(seq), field, salt, value: canonicalJson(value as Json) };
}

function isAfter(one: TextLine, before: TextLine): boolean {
  return one.seq > before.seq || (one.seq === before.seq && one.field > before.field);
}
