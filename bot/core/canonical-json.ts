/** A value that JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export type JsonObject = { readonly [key: string]: Json };

/** Deeper than any body we accept, and shallow enough that recursion never reaches the stack's end. */
const MAX_DEPTH = 64;

/** Up to here, putting keys in order one by one is faster than `sort`. */
const FEW_KEYS = 24;

/** Whatever JSON writes with an escape, or may have to refuse. Most strings have none of it. */
const NOT_PLAIN = /[^\x20\x21\x23-\x5b\x5d-\x7e]/;

// With the `u` flag a surrogate that is half of a pair is not matched, only one that stands alone.
const LONE_SURROGATE = /\p{Surrogate}/u;

/** As `Array.isArray`, which does not narrow a type that has readonly arrays in it. */
export function isJsonArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

export function isJsonObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !isJsonArray(value);
}

/**
 * The one byte form of a JSON value (RFC 8785), so that one digest stands for one action.
 * What JSON cannot say is thrown as a TypeError with a pointer to it. JSON.stringify would drop or
 * change it without a word, and then two different actions could have the same digest.
 */
export function canonicalJson(value: Json): string {
  return write(value, [], 0);
}

/** One step of a JSON pointer (RFC 6901). The `~` goes first, or it would escape the slash's `~1` again. */
export function pointerStep(key: string | number): string {
  return typeof key === 'number' ? `/${key}` : `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** The first `depth` entries of `path` say where `value` stands. They are read only when it is refused. */
type Path = (string | number)[];

function write(value: Json, path: Path, depth: number): string {
  switch (typeof value) {
    case 'string':
      return quote(value, path, depth);
    case 'number':
      if (!Number.isFinite(value)) throw invalid(`${value} is no JSON number`, path, depth);
      // RFC 8785 takes its number format from here, down to -0, which is written 0.
      return String(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (depth === MAX_DEPTH) throw invalid(`nested deeper than ${MAX_DEPTH}`, path, depth);
      return isJsonArray(value) ? writeArray(value, path, depth) : writeObject(value, path, depth);
    default:
      throw invalid(`${typeof value} is no JSON value`, path, depth);
  }
}

function writeArray(items: readonly Json[], path: Path, depth: number): string {
  let text = '[';
  for (let index = 0; index < items.length; index += 1) {
    path[depth] = index;
    if (index > 0) text += ',';
    // A hole reads as undefined, which `write` refuses, whatever the type says.
    text += write(items[index] as Json, path, depth + 1);
  }
  return `${text}]`;
}

function writeObject(object: JsonObject, path: Path, depth: number): string {
  // A Date, a Map or a class instance has state that its keys do not tell.
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) throw invalid('not a plain object', path, depth);
  let text = '';
  for (const key of sortedKeys(object)) {
    path[depth] = key;
    text += text === '' ? '{' : ',';
    // An own `__proto__` is read like any other key: it hides the inherited accessor.
    text += `${quote(key, path, depth + 1)}:${write(object[key] as Json, path, depth + 1)}`;
  }
  return text === '' ? '{}' : `${text}}`;
}

/** By UTF-16 code units, which is how JavaScript compares strings. */
function sortedKeys(object: JsonObject): string[] {
  const keys = Object.keys(object);
  if (keys.length > FEW_KEYS) return keys.sort();
  for (let next = 1; next < keys.length; next += 1) {
    const key = keys[next] as string;
    let at = next;
    for (; at > 0 && (keys[at - 1] as string) > key; at -= 1) keys[at] = keys[at - 1] as string;
    keys[at] = key;
  }
  return keys;
}

function quote(text: string, path: Path, depth: number): string {
  if (!NOT_PLAIN.test(text)) return `"${text}"`;
  if (LONE_SURROGATE.test(text)) throw invalid('a lone surrogate', path, depth);
  return JSON.stringify(text);
}

function invalid(what: string, path: Path, depth: number): TypeError {
  return new TypeError(`no canonical JSON: ${what} at "${path.slice(0, depth).map(pointerStep).join('')}"`);
}
