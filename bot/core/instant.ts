import type { Instant } from './request.ts';

// The core has no clock. `Date` with an argument only converts, and this file is the only place for it.

/** RFC 3339 in UTC with milliseconds, as every time in the log and on the wire. */
export function toIsoTime(at: Instant): string {
  // biome-ignore lint/style/noRestrictedGlobals: converts a given instant and reads no clock
  return new Date(at).toISOString();
}

/** The instant of such a text, or NaN. */
export function readIsoTime(text: string): Instant {
  // biome-ignore lint/style/noRestrictedGlobals: converts a given text and reads no clock
  return Date.parse(text);
}
