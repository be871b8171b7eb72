import { isJsonArray, isJsonObject, type Json, type JsonObject } from '../../bot/core/canonical-json.ts';

/** The value a JSON pointer (RFC 6901) names in the payload, or undefined. */
export function valueAt(payload: JsonObject, pointer: string): Json | undefined {
  let value: Json | undefined = payload;
  for (const step of pointer.split('/').slice(1)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (value === undefined) return undefined;
    if (isJsonArray(value)) value = /^(0|[1-9]\d*)$/.test(key) ? value[Number(key)] : undefined;
    // Own keys only: `/constructor` names nothing that the requester wrote.
    else value = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return value;
}
