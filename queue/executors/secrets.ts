import { isJsonArray, isJsonObject, type Json, type JsonObject } from '../../bot/core/canonical-json.ts';
import { valueAt } from './pointer.ts';

/** What must not be printed: the redacted part of a payload, and what its executor gives away itself. */
export function secretsOf(
  payload: JsonObject,
  redact: readonly string[],
  own: readonly string[],
): readonly string[] {
  const redacted = redact.flatMap((pointer) => textsIn(valueAt(payload, pointer)));
  return [...redacted, ...own].flatMap(asPrinted);
}

/** All that stands below a redacted pointer is redacted, so each part of it is a secret of its own. */
function textsIn(value: Json | undefined): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  if (value === undefined || value === null || typeof value === 'boolean') return [];
  return isJsonArray(value)
    ? value.flatMap(textsIn)
    : isJsonObject(value)
      ? Object.values(value).flatMap(textsIn)
      : [];
}

/** Who prints it as JSON, as a target does that answers with what it was sent, writes a new line as `\n`. */
function asPrinted(secret: string): readonly string[] {
  const inJson = JSON.stringify(secret).slice(1, -1);
  return inJson === secret ? [secret] : [secret, inJson];
}
