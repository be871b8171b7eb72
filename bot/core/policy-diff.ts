import { canonicalJson, isJsonArray, isJsonObject, type Json, type JsonObject } from './canonical-json.ts';

const MOST_LINES = 200;
const MOST_CHARACTERS = 400;

interface Change {
  readonly path: readonly string[];
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

/** How one policy differs from the one before it, a line each: `+` came, `-` went, `~` changed. */
export function policyDiff(before: Json, after: Json): string {
  const lines = changes(before, after, []).map(toLine);
  if (lines.length === 0) return 'nothing that decides has changed';
  const left = lines.length - MOST_LINES;
  return [...lines.slice(0, MOST_LINES), ...(left > 0 ? [`and ${left} lines more`] : [])].join('\n');
}

/** Where two of them differ. */
export function changedPaths(before: Json, after: Json): readonly (readonly string[])[] {
  return changes(before, after, []).map(({ path }) => path);
}

function changes(before: Json | undefined, after: Json | undefined, path: readonly string[]): Change[] {
  const [old, now] = [before, after].map((value) => (value === undefined ? null : named(value)));
  if (old == null || now == null) {
    const isSame =
      before !== undefined && after !== undefined && canonicalJson(before) === canonicalJson(after);
    return isSame ? [] : [{ path, before, after }];
  }
  const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort();
  return keys.flatMap((key) => changes(at(old, key), at(now, key), [...path, key]));
}

function toLine({ path, before, after }: Change): string {
  const name = path.join('.');
  if (before === undefined) return cut(`+ ${name}: ${text(after)}`);
  return cut(
    after === undefined ? `- ${name}: ${text(before)}` : `~ ${name}: ${text(before)} → ${text(after)}`,
  );
}

function text(value: Json | undefined): string {
  return value === undefined ? '' : canonicalJson(value);
}

/** Its parts by name: of a section, or of a list whose entries have ids, so that moving one is no change. */
function named(value: Json): JsonObject | null {
  if (isJsonObject(value)) return value;
  if (!isJsonArray(value)) return null;
  const entries: [string, Json][] = [];
  for (const item of value) {
    const id = isJsonObject(item) ? at(item, 'id') : undefined;
    if (typeof id !== 'string') return null;
    entries.push([id, item]);
  }
  return entries.length === 0 ? null : Object.fromEntries(entries);
}

function at(value: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function cut(line: string): string {
  return line.length <= MOST_CHARACTERS ? line : `${[...line].slice(0, MOST_CHARACTERS).join('')}…`;
}
