import {
  canonicalJson,
  isJsonArray,
  isJsonObject,
  type Json,
  type JsonObject,
} from '../../bot/core/canonical-json.ts';
import { isPlainEntry } from './plain-entry.ts';

/** The object that these bytes are, or why they are not the one way to write an entry. */
export type ReadBytes = { readonly entry: JsonObject } | { readonly why: string };

export const MOST_BYTES = 65_535;
const MOST_DEPTH = 32;
const KEY = /^[a-z0-9_]+$/;

/**
 * UTF-8, then JSON, then the fixed point: written again, the value gives the same bytes. What has
 * two spellings could say one thing to us and another to somebody else's parser.
 */
export function readFixedPoint(bytes: Uint8Array): ReadBytes {
  if (bytes.length > MOST_BYTES) return { why: `it is longer than ${MOST_BYTES} bytes` };
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Nearly every entry is written without an escape and in ASCII. Those need not be written again.
  if (isPlainEntry(buffer, MOST_DEPTH)) return { entry: JSON.parse(buffer.toString('latin1')) as JsonObject };
  const text = readUtf8(buffer);
  if (text === null) return { why: 'it is not valid UTF-8' };
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return { why: 'it is not JSON' };
  }
  if (!isJsonObject(value)) return { why: 'it is not a JSON object' };
  const why =
    narrowProblem(value, 0) ?? (rewritten(value) === text ? null : 'its bytes are not canonical JSON');
  return why === null ? { entry: value } : { why };
}

/** Decoding replaces what is no UTF-8. A replacement that is found was there before, or the bytes differ. */
function readUtf8(buffer: Buffer): string | null {
  const text = buffer.toString('utf8');
  return text.includes('\ufffd') && !Buffer.from(text, 'utf8').equals(buffer) ? null : text;
}

/** What the log's narrow form of JSON does not have: fractions, big numbers, odd keys, deep nests. */
function narrowProblem(value: Json, depth: number): string | null {
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? null : 'a number in it is not an integer up to 2^53-1';
  }
  if (typeof value !== 'object' || value === null) return null;
  if (depth === MOST_DEPTH) return `it is nested deeper than ${MOST_DEPTH}`;
  if (!isJsonArray(value) && !Object.keys(value).every((key) => KEY.test(key))) {
    return 'a key in it is not of a-z, 0-9 and _';
  }
  for (const inner of Object.values(value)) {
    const why = narrowProblem(inner as Json, depth + 1);
    if (why !== null) return why;
  }
  return null;
}

function rewritten(value: JsonObject): string | null {
  try {
    return canonicalJson(value);
  } catch {
    // A lone surrogate: it has no UTF-8, so no two parsers need agree on it.
    return null;
  }
}
