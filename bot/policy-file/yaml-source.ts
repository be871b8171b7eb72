import {
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
} from 'yaml';
import type { Json } from '../core/canonical-json.ts';
import type { Path } from './problem.ts';

const MAX_BYTES = 1024 * 1024;
const MAX_DEPTH = 32;

/** Names that JavaScript objects answer to on their own. */
const TREACHEROUS = new Set(['__proto__', 'constructor', 'prototype']);

const PLAIN_WORDS: ReadonlyMap<string, string> = new Map([
  ['DUPLICATE_KEY', 'this key stands here twice'],
  ['MULTIPLE_DOCS', 'a second document starts here: one file is one policy'],
]);

/** Problems by line: they have no path, or none that can be trusted. */
interface LineProblem {
  readonly line: number;
  readonly message: string;
}

export interface YamlSource {
  readonly problems: readonly LineProblem[];
  /** The file as plain data, or null when it is too broken to say anything about what it means. */
  readonly data: Json | null;
  /** The line of the key or item at this path, or of the nearest parent that is there. */
  readonly lineOf: (path: Path) => number;
}

/**
 * Plain YAML, and nothing of it that makes a file mean something else than it shows: no anchors,
 * aliases, tags, merge keys, directives or second documents.
 */
export function readYaml(text: string): YamlSource {
  if (Buffer.byteLength(text) > MAX_BYTES) return broken('is larger than 1 MiB');
  try {
    return readDocument(text);
  } catch (error) {
    if (error instanceof RangeError) return broken('is nested too deeply');
    throw error;
  }
}

function broken(message: string): YamlSource {
  return { problems: [{ line: 1, message }], data: null, lineOf: () => 1 };
}

function readDocument(text: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    merge: false,
    version: '1.2',
    schema: 'core',
    prettyErrors: false,
  });
  const lineAt = (offset: number) => Math.max(1, lines.linePos(offset).line);

  const problems: LineProblem[] = [];
  // Warnings are about tags, and the reader refuses every tag itself.
  for (const { pos, code, message } of document.errors) {
    problems.push({ line: lineAt(pos[0]), message: PLAIN_WORDS.get(code) ?? message });
  }
  // Past a syntax error the parser guesses. What it guessed is not what was written.
  const readable = document.errors.every((error) => error.code === 'DUPLICATE_KEY');
  if (document.directives?.yaml.explicit)
    problems.push({ line: 1, message: 'a %YAML directive is not allowed here' });

  const reader = new Reader((offset, message) => problems.push({ line: lineAt(offset), message }));
  const data = readable ? reader.read(document.contents, 0) : null;
  return {
    problems,
    data: readable && data === null ? {} : data,
    lineOf: (path) => lineAt(offsetOf(document.contents, path)),
  };
}

class Reader {
  private readonly report: (offset: number, message: string) => void;

  constructor(report: (offset: number, message: string) => void) {
    this.report = report;
  }

  read(node: unknown, depth: number): Json {
    if (!isNode(node)) return null;
    const at = node.range?.[0] ?? 0;
    if (isAlias(node)) {
      this.report(at, 'an alias is not allowed here: write the value out');
      return null;
    }
    if (node.anchor !== undefined) this.report(at, 'an anchor is not allowed here');
    if (node.tag !== undefined) this.report(at, 'a tag is not allowed here');
    if (depth > MAX_DEPTH) {
      this.report(at, 'is nested too deeply');
      return null;
    }
    if (isScalar(node)) return this.scalar(node.value, at);
    if (isSeq(node)) return node.items.map((item) => this.read(item, depth + 1));
    return isMap(node) ? this.map(node.items, depth, at) : null;
  }

  private scalar(value: unknown, at: number): Json {
    if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    this.report(at, 'is not a value that can stand here');
    return null;
  }

  private map(pairs: readonly Pair[], depth: number, at: number): Json {
    const object: Record<string, Json> = {};
    for (const { key, value } of pairs) {
      const name = this.key(key, at);
      if (name !== null) object[name] = this.read(value, depth + 1);
    }
    return object;
  }

  private key(key: unknown, at: number): string | null {
    const offset = isNode(key) ? (key.range?.[0] ?? at) : at;
    if (!isScalar(key) || typeof key.value !== 'string') {
      this.report(offset, 'a key must be a word: put it in quotes');
      return null;
    }
    if (key.anchor !== undefined || key.tag !== undefined)
      this.report(offset, 'a key takes no anchor and no tag');
    if (key.value === '<<') this.report(offset, 'a merge key is not allowed here: write the values out');
    else if (TREACHEROUS.has(key.value)) this.report(offset, `"${key.value}" cannot be a key`);
    else return key.value;
    return null;
  }
}

function offsetOf(top: Node | null, path: Path): number {
  let node: unknown = top;
  let offset = top?.range?.[0] ?? 0;
  for (const step of path) {
    const next: unknown = isMap(node)
      ? node.items.find((pair) => isScalar(pair.key) && pair.key.value === step)
      : isSeq(node) && typeof step === 'number'
        ? node.items[step]
        : undefined;
    if (next === undefined) return offset;
    const place: unknown = isPair(next) ? next.key : next;
    if (isNode(place)) offset = place.range?.[0] ?? offset;
    node = isPair(next) ? next.value : next;
  }
  return offset;
}
