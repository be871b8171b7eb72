import {
  canonicalJson,
  isJsonArray,
  isJsonObject,
  type Json,
  type JsonObject,
  pointerStep,
} from './canonical-json.ts';

interface Redacted {
  readonly payload: JsonObject;
  /** The pointers that hit something, sorted. */
  readonly redacted: readonly string[];
}

/** How every redaction mark begins. A requester cannot write it: `visible` escapes the bracket. */
export const REDACTION_MARK = '⟦redacted: ';

const POINTER = /^(?:\/(?:[^~/]|~[01])*)+$/;

/**
 * Whether the text is a JSON pointer (RFC 6901) that may be redacted. The empty pointer, the whole
 * payload, is not: a request that shows nothing leaves nothing to approve.
 */
export function isPointer(text: string): boolean {
  return POINTER.test(text);
}

/**
 * The payload with each value that a pointer names replaced by its kind and length: enough to see
 * that something stands there, too little to use it. What runs is the payload itself; this copy is
 * for every place that people or logs can read.
 */
export function redact(payload: JsonObject, pointers: readonly string[]): Redacted {
  // A pointer that cannot be read would hit nothing, and the secret it was meant for would be shown.
  const malformed = pointers.find((pointer) => !isPointer(pointer));
  if (malformed !== undefined) throw new TypeError(`not a JSON pointer that can be redacted: "${malformed}"`);
  if (pointers.length === 0) return { payload, redacted: [] };

  const wanted = new Set(pointers);
  const redacted: string[] = [];
  // Outside in: below a hit nothing is looked at, so of two nested pointers the outer one wins.
  const walk = (value: Json, pointer: string): Json => {
    if (wanted.has(pointer)) {
      redacted.push(pointer);
      return markFor(value);
    }
    if (isJsonArray(value)) return value.map((item, index) => walk(item, `${pointer}/${index}`));
    if (!isJsonObject(value)) return value;
    // `fromEntries` defines, where an assignment to `__proto__` would call its setter and lose the value.
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, walk(item, pointer + pointerStep(key))]),
    );
  };
  return { payload: walk(payload, '') as JsonObject, redacted: redacted.sort() };
}

function markFor(value: Json): string {
  const text = typeof value === 'string' ? value : canonicalJson(value);
  // Code points: what a reader would count as characters.
  return `${REDACTION_MARK}${kindOf(value)}, ${[...text].length} characters⟧`;
}

function kindOf(value: Json): string {
  if (value === null) return 'null';
  return isJsonArray(value) ? 'array' : typeof value;
}
