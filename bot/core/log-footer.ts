/**
 * Which entry a card was made from, as its footer tells it: whoever saw the card can hold the log
 * against it later. `leafHash` is hex; its first 8 digits are enough for eyes.
 */
export function logFooter(seq: number, leafHash: string): string {
  return `log ${seq} ${leafHash.slice(0, 8)}`;
}

/** The same, found in a text that somebody kept. */
export const LOG_FOOTER = /\blog ([0-9]{1,16}) ([0-9a-f]{8})\b/g;
