import { type FieldProblem, type Refusal, refuse } from '../../bot/core/refusal.ts';

const DEEPEST = 32;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export type Parsed = { readonly ok: true; readonly value: unknown } | Refusal;

/**
 * JSON that means one thing to every reader. Duplicate keys, `__proto__`, lone surrogates, numbers
 * that a double cannot hold exactly as integers, and depth beyond 32 are refused by name: a reviewer
 * must never be shown one reading of a payload while another one runs.
 */
export function parseStrictJson(bytes: Uint8Array): Parsed {
  let text: string;
  try {
    text = UTF8.decode(bytes);
  } catch {
    return refuse('MALFORMED');
  }
  if (deeperThan(text, DEEPEST))
    return invalid([{ pointer: '', problem: `is nested deeper than ${DEEPEST}` }]);
  let members = 0;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse('MALFORMED');
  }
  const problems: FieldProblem[] = [];
  const walk = (node: unknown, pointer: string): void => {
    if (problems.length >= 20) return;
    if (typeof node === 'string') {
      if (!node.isWellFormed()) problems.push({ pointer, problem: 'has a lone surrogate' });
    } else if (typeof node === 'number') {
      // 2^53+1 written as an integer, with a fraction or an exponent: all would be rounded in silence.
      const exact = Number.isInteger(node) ? Number.isSafeInteger(node) : Number.isFinite(node);
      if (!exact) problems.push({ pointer, problem: 'is a number beyond ±(2^53−1)' });
    } else if (Array.isArray(node)) {
      for (const [index, item] of node.entries()) walk(item, `${pointer}/${index}`);
    } else if (typeof node === 'object' && node !== null) {
      for (const [key, item] of Object.entries(node)) {
        members += 1;
        const inner = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
        if (key === '__proto__') problems.push({ pointer: inner, problem: 'is not a name we accept' });
        if (!key.isWellFormed()) problems.push({ pointer: inner, problem: 'has a lone surrogate' });
        walk(item, inner);
      }
    }
  };
  walk(value, '');
  // JSON.parse keeps the last of two equal keys. Every member has one colon outside of strings.
  if (problems.length === 0 && members !== colonsOutsideStrings(text)) {
    problems.push({ pointer: '', problem: 'has the same key twice in one object' });
  }
  return problems.length === 0 ? { ok: true, value } : invalid(problems);
}

function invalid(fields: readonly FieldProblem[]): Refusal {
  return refuse('INVALID', { fields });
}

const STRINGS = /"(?:[^"\\]|\\.)*"/gs;

function colonsOutsideStrings(text: string): number {
  let colons = 0;
  for (const char of text.replace(STRINGS, '')) if (char === ':') colons += 1;
  return colons;
}

/** Looked at before parsing, in one pass and constant memory. */
function deeperThan(text: string, most: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (quoted) {
      if (char === BACKSLASH) at += 1;
      else if (char === QUOTE) quoted = false;
    } else if (char === QUOTE) {
      quoted = true;
    } else if (char === OPEN_BRACE || char === OPEN_BRACKET) {
      depth += 1;
      if (depth > most) return true;
    } else if (char === CLOSE_BRACE || char === CLOSE_BRACKET) {
      depth -= 1;
    }
  }
  return false;
}
const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACE = 0x7d;
const CLOSE_BRACKET = 0x5d;
