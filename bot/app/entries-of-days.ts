import { readIsoTime } from '../core/instant.ts';
import type { Instant } from '../core/request.ts';
import type { Reading } from '../ports/store.ts';

type Log = Pick<Reading, 'entries' | 'firstSeq' | 'lastSeq'>;
type Typed = { readonly from: string | null; readonly to: string | null };
type Range = { readonly from: number | null; readonly to: number | null };

const DAY_MS = 24 * 60 * 60_000;

/**
 * The entries of a range that somebody typed: `1042` is an entry, `2026-11-22` a day in UTC, from its
 * first entry or to its last. Null where nothing was written on those days.
 */
export function entriesOf(log: Log, typed: Typed): Range | null {
  const from = typed.from === null ? null : firstOf(log, typed.from);
  const to = typed.to === null ? null : lastOf(log, typed.to);
  const isPastEnd = isDay(typed.from) && from !== null && from > log.lastSeq();
  const isEmpty = isDay(typed.to) && to !== null && to < (from ?? log.firstSeq());
  return isPastEnd || isEmpty ? null : { from, to };
}

function firstOf(log: Log, typed: string): number {
  return isDay(typed) ? firstSince(log, readIsoTime(typed)) : Number(typed);
}

function lastOf(log: Log, typed: string): number {
  return isDay(typed) ? firstSince(log, readIsoTime(typed) + DAY_MS) - 1 : Number(typed);
}

/** The first entry at or after this time; one more than the newest where there is none. Times never go back. */
function firstSince(log: Log, since: Instant): number {
  let [low, high] = [log.firstSeq(), log.lastSeq() + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [entry] = log.entries(middle, 1);
    if (entry === undefined || timeOf(entry.bytes) >= since) high = middle;
    else low = middle + 1;
  }
  return low;
}

function isDay(typed: string | null): boolean {
  return typed?.includes('-') ?? false;
}

function timeOf(bytes: Uint8Array): Instant {
  return readIsoTime((JSON.parse(Buffer.from(bytes).toString('utf8')) as { readonly ts: string }).ts);
}
