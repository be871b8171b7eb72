// A recogniser, not a parser: it says only that bytes are a fixed point already. What it does not know
// it leaves to the slow way. So all that could go wrong is a yes to what is not canonical, and there
// the tests hold it to canonicalJson.

const QUOTE = 0x22;
const MINUS = 0x2d;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Every integer of so many digits is exact. */
const MOST_DIGITS = 15;
const NO = -1;

/**
 * True for an object in narrow canonical JSON that is ASCII, has no escape in its strings and no
 * integer near the limit.
 */
export function isPlainEntry(bytes: Uint8Array, mostDepth: number): boolean {
  return bytes[0] === OPEN_OBJECT && endOfValue(bytes, 0, mostDepth) === bytes.length;
}

/** Where the value that begins at `at` ends, or NO. */
function endOfValue(bytes: Uint8Array, at: number, depth: number): number {
  switch (bytes[at]) {
    case QUOTE:
      return endOfString(bytes, at);
    case OPEN_OBJECT:
      return depth === 0 ? NO : endOfObject(bytes, at, depth - 1);
    case OPEN_LIST:
      return depth === 0 ? NO : endOfList(bytes, at, depth - 1);
    case 0x6e:
      return endOfWord(bytes, at, 'null');
    case 0x74:
      return endOfWord(bytes, at, 'true');
    case 0x66:
      return endOfWord(bytes, at, 'false');
    default:
      return endOfInteger(bytes, at);
  }
}

function endOfString(bytes: Uint8Array, at: number): number {
  for (let end = at + 1; ; end += 1) {
    const byte = bytes[end];
    if (byte === QUOTE) return end + 1;
    if (byte === undefined || byte < 0x20 || byte > 0x7e || byte === BACKSLASH) return NO;
  }
}

function endOfObject(bytes: Uint8Array, at: number, depth: number): number {
  if (bytes[at + 1] === CLOSE_OBJECT) return at + 2;
  let before = NO;
  for (let next = at + 1; ; next += 1) {
    const end = endOfKey(bytes, next);
    if (end === NO || (before !== NO && !isBefore(bytes, before, next))) return NO;
    before = next;
    next = endOfValue(bytes, end, depth);
    if (next === NO) return NO;
    if (bytes[next] === CLOSE_OBJECT) return next + 1;
    if (bytes[next] !== COMMA) return NO;
  }
}

/** Behind the colon of a key of a-z, 0-9 and _. */
function endOfKey(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== QUOTE) return NO;
  let end = at + 1;
  while (isKeyByte(bytes[end])) end += 1;
  return end > at + 1 && bytes[end] === QUOTE && bytes[end + 1] === COLON ? end + 2 : NO;
}

function isKeyByte(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= 0x61 && byte <= 0x7a) || byte === 0x5f || isDigit(byte));
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

/** Both begin with their quote. The quote that ends a key sorts before every byte of one. */
function isBefore(bytes: Uint8Array, earlier: number, later: number): boolean {
  for (let step = 1; ; step += 1) {
    const a = bytes[earlier + step] ?? 0;
    const b = bytes[later + step] ?? 0;
    if (a !== b) return a < b;
    if (a === QUOTE) return false;
  }
}

function endOfList(bytes: Uint8Array, at: number, depth: number): number {
  if (bytes[at + 1] === CLOSE_LIST) return at + 2;
  for (let next = at + 1; ; next += 1) {
    next = endOfValue(bytes, next, depth);
    if (next === NO) return NO;
    if (bytes[next] === CLOSE_LIST) return next + 1;
    if (bytes[next] !== COMMA) return NO;
  }
}

function endOfInteger(bytes: Uint8Array, at: number): number {
  const begin = bytes[at] === MINUS ? at + 1 : at;
  let end = begin;
  while (isDigit(bytes[end])) end += 1;
  if (end === begin || end - begin > MOST_DIGITS) return NO;
  // No leading zero, and no negative one.
  return bytes[begin] === 0x30 && (end - begin > 1 || begin > at) ? NO : end;
}

function endOfWord(bytes: Uint8Array, at: number, word: string): number {
  for (let step = 1; step < word.length; step += 1) if (bytes[at + step] !== word.charCodeAt(step)) return NO;
  return at + word.length;
}
