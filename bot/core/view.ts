import { isJsonArray, isJsonObject, type Json, type JsonObject, pointerStep } from './canonical-json.ts';
import { REDACTION_MARK, redact } from './redaction.ts';
import type { Preview } from './request.ts';
import { visible } from './visible.ts';

/** Counts up whenever the same payload would give another text. It is part of the view digest. */
export const RENDERER = 1;

const LINE_CHARACTERS = 160;
const PREVIEW_LINES = 40;
const PREVIEW_BYTES = 4096;
const CONTINUED = '⟦…⟧';

// What no line may be split in: our brackets, and a letter with the marks that are drawn on it.
const UNSPLIT = /⟦[^⟦⟧]{1,64}⟧|[^]\p{M}{0,3}/gu;

/**
 * One kind of payload as lines, or null when this payload is not exactly of that shape.
 * Every field MUST be in the lines, and no field may be able to pass for another one.
 * The strings in `shown` are visible already; `redacted` is the same payload before that, to count in.
 */
type Renderer = (shown: JsonObject, redacted: JsonObject) => readonly string[] | null;

/** Another kind is one more line here. A Map, because `kind` is hostile and may say `constructor`. */
const RENDERERS: ReadonlyMap<Json | undefined, Renderer> = new Map<Json, Renderer>([
  ['command', renderCommand],
  ['sql', renderSql],
]);

export interface View {
  readonly text: string;
  readonly redacted: readonly string[];
  readonly preview: Preview;
}

export function toView(payload: JsonObject, pointers: readonly string[]): View {
  const { text, redacted } = renderView(payload, pointers);
  return { text, redacted, preview: { ...cutView(text), hiddenValues: redacted.length } };
}

/**
 * The whole payload as people read it: a pure function of payload, redaction rules and RENDERER.
 * Whatever is not exactly of a known shape is shown as JSON, so that a field that we do not know is
 * never left out.
 */
export function renderView(payload: JsonObject, redactPointers: readonly string[]): Omit<View, 'preview'> {
  const { payload: safe, redacted } = redact(payload, redactPointers);
  // Here, once for all kinds, so that no renderer can forget it.
  const shown = makeVisible(safe, '', new Set(redacted)) as JsonObject;
  const lines = RENDERERS.get(shown['kind'])?.(shown, safe) ?? prettyJson(shown, 0).split('\n');
  return { text: lines.flatMap(wrap).join('\n'), redacted };
}

/**
 * Head and tail of a long view, with the number of hidden lines between them. Only whole lines, and
 * always a tail: what is pushed out of sight at the end is what somebody wants unseen.
 */
export function cutView(text: string): Omit<Preview, 'hiddenValues'> {
  // A view has been wrapped already. For any other text, this keeps the promise that a tail fits.
  const lines = text.split('\n').flatMap(wrap);
  const bytes = bytesOf(lines);
  if (lines.length <= PREVIEW_LINES && bytes <= PREVIEW_BYTES) return { text: lines.join('\n'), hiddenLines: 0 };

  const mark = (hidden: number, shown: number) =>
    `⟦${hidden} of ${lines.length} lines hidden; showing ${shown} of ${bytes} bytes⟧`;
  const room = PREVIEW_BYTES - bytesOf([mark(lines.length, bytes)]) - 1;
  const tail = leading(lines.toReversed(), Math.floor(PREVIEW_LINES / 3), Math.floor(room / 3)).reverse();
  const head = leading(lines, PREVIEW_LINES - 1 - tail.length, room - bytesOf(tail) - 1);
  const hiddenLines = lines.length - head.length - tail.length;
  const cut = [...head, mark(hiddenLines, bytesOf([...head, ...tail])), ...tail];
  return { text: cut.join('\n'), hiddenLines };
}

/** As many of the first lines as fit. */
function leading(lines: readonly string[], most: number, room: number): string[] {
  const taken: string[] = [];
  let left = room;
  for (const line of lines.slice(0, most)) {
    left -= bytesOf([line]) + 1;
    if (left < 0) break;
    taken.push(line);
  }
  return taken;
}

function bytesOf(lines: readonly string[]): number {
  return Buffer.byteLength(lines.join('\n'));
}

function wrap(line: string): string[] {
  if (line.length <= LINE_CHARACTERS) return [line];
  const lines: string[] = [];
  let current = '';
  let width = 0;
  for (const [piece] of line.matchAll(UNSPLIT)) {
    const characters = piece.length === 1 ? 1 : [...piece].length;
    if (width + characters > LINE_CHARACTERS) {
      lines.push(current);
      current = CONTINUED;
      width = CONTINUED.length;
    }
    current += piece;
    width += characters;
  }
  return [...lines, current];
}

/** Keys are the requester's words as much as values are. Only a redaction mark is our own. */
function makeVisible(value: Json, pointer: string, redacted: ReadonlySet<string>): Json {
  if (typeof value === 'string') return redacted.has(pointer) ? value : visible(value);
  if (isJsonArray(value)) return value.map((item, index) => makeVisible(item, pointer + pointerStep(index), redacted));
  if (!isJsonObject(value)) return value;
  const fields = Object.entries(value).map(([key, item]): [string, Json] => [
    visible(key),
    makeVisible(item, pointer + pointerStep(key), redacted),
  ]);
  return Object.fromEntries(fields);
}

/** Keys are sorted, so that one canonical payload has one view, in whatever order it came. */
function prettyJson(value: Json, depth: number): string {
  const parts = isJsonArray(value)
    ? value.map((item) => prettyJson(item, depth + 1))
    : isJsonObject(value)
      ? Object.keys(value)
          .sort()
          .map((key) => `${JSON.stringify(key)}: ${prettyJson(value[key] ?? null, depth + 1)}`)
      : null;
  if (parts === null) return JSON.stringify(value);
  const [open, close] = isJsonArray(value) ? ['[', ']'] : ['{', '}'];
  if (parts.length === 0) return `${open}${close}`;
  // The depth is the requester's choice. Indenting must not push a value out of sight either.
  const [outer, inner] = [visible('  '.repeat(depth)), visible('  '.repeat(depth + 1))];
  return `${open}\n${parts.map((part) => `${inner}${part}`).join(',\n')}\n${outer}${close}`;
}

type Shape<T> = (value: Json) => value is T & Json;

const text: Shape<string> = (value) => typeof value === 'string';
const textOrNull: Shape<string | null> = (value) => value === null || typeof value === 'string';
const always: Shape<true> = (value) => value === true;

function listOf<T>(shape: Shape<T>): Shape<readonly T[]> {
  return (value): value is readonly T[] & Json => isJsonArray(value) && value.every(shape);
}

/** Exactly these fields: one that is missing, unknown or of another type makes it something else. */
function objectOf<T>(
  required: { readonly [K in keyof T]: Shape<T[K]> },
): Shape<T>
