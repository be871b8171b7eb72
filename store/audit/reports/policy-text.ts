import {
  isJsonArray,
  isJsonObject,
  type Json,
  type JsonObject,
  pointerStep,
} from '../../../bot/core/canonical-json.ts';

/** The policy that stands beside a `policy.loaded` entry, or null where it was erased or is no JSON. */
export function readPolicyText(text: string | undefined): JsonObject | null {
  if (text === undefined) return null;
  try {
    const value = JSON.parse(text) as Json;
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}

export interface Change {
  readonly what: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** What differs between two policies, each difference by its JSON pointer. Rules go by their id, wherever they stand. */
export function* changesBetween(before: Json, after: Json, pointer = ''): Generator<Change> {
  const [old, young] = [entriesOf(before), entriesOf(after)];
  if (old === null || young === null) {
    const [was, is] = [JSON.stringify(before), JSON.stringify(after)];
    if (was !== is) yield { what: pointer, before: was, after: is };
    return;
  }
  for (const [key, value] of old) {
    const now = young.get(key);
    const at = pointer + pointerStep(key);
    if (now === undefined) yield { what: at, before: JSON.stringify(value), after: null };
    else yield* changesBetween(value, now, at);
  }
  for (const [key, value] of young) {
    if (!old.has(key)) yield { what: pointer + pointerStep(key), before: null, after: JSON.stringify(value) };
  }
}

/** Objects by key, lists of things with an id by id. Any other list is one value. */
function entriesOf(value: Json): ReadonlyMap<string, Json> | null {
  if (isJsonObject(value)) return new Map(Object.entries(value));
  if (!isJsonArray(value) || value.length === 0) return null;
  const named = value.map((item): [string, Json] | null => {
    const id = isJsonObject(item) ? item['id'] : undefined;
    return typeof id === 'string' ? [id, item] : null;
  });
  return named.every((item) => item !== null) ? new Map(named) : null;
}
