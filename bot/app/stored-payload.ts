import type { JsonObject } from '../core/canonical-json.ts';

/** The payload in the stored text of an action. */
export function storedPayload(actionText: string): JsonObject {
  return (JSON.parse(actionText) as { payload: JsonObject }).payload;
}
