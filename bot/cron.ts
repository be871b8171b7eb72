import { Cron } from 'croner';
import type { Windows } from './core/calendar-freeze.ts';
import type { Instant } from './core/request.ts';

export type CompiledWindows =
  | { readonly ok: true; readonly windows: Windows }
  | { readonly ok: false; readonly problem: string };

/** Windows that follow each other without a gap are joined up to this many; dense ones never end. */
const MOST_JOINED = 64;

/**
 * Compiles "from each of these moments on, so long". The moments are wall-clock times of the time
 * zone: one that daylight saving skips comes right after the gap, one that it repeats comes once, the
 * first time. The length is elapsed time, the same on every day of the year.
 */
export function compileWindows(cron: string, lengthMs: number, timeZone: string): CompiledWindows {
  if (!isTimeZone(timeZone))
    return { ok: false, problem: `"${timeZone}" is no time zone, such as Europe/Berlin or UTC` };
  let next: Next;
  try {
    const pattern = new Cron(cron, { timezone: timeZone, paused: true, mode: '5-part' });
    next = (after) => pattern.nextRun(new Date(after))?.getTime() ?? null;
    if (next(0) === null) return { ok: false, problem: 'never comes' };
  } catch (cause) {
    return { ok: false, problem: `is no cron expression of five fields: ${reasonOf(cause)}` };
  }
  return { ok: true, windows: windowsOf(next, lengthMs) };
}

type Next = (after: Instant) => Instant | null;

function windowsOf(next: Next, lengthMs: number): Windows {
  const endOf = (start: Instant): Instant => {
    let last = start;
    for (let joined = 0; joined < MOST_JOINED; joined += 1) {
      const following = next(last);
      if (following === null || following > last + lengthMs) break;
      last = following;
    }
    return last + lengthMs;
  };
  const endAt = remembering((instant) => {
    // A window that holds this instant began less than its length ago.
    const start = next(instant - lengthMs);
    return start === null || start > instant ? null : endOf(start);
  }, next);
  return {
    endAt,
    next(instant) {
      const from = next(endAt(instant) ?? instant);
      return from === null ? null : { from, until: endOf(from) };
    },
  };
}

/** Asking the calendar takes a tenth of a millisecond, and most questions are about the same hour. */
function remembering(endAt: Windows['endAt'], next: Next): Windows['endAt'] {
  let known: { readonly from: Instant; readonly until: Instant; readonly end: Instant | null } | null = null;
  return (instant) => {
    if (known === null || instant < known.from || instant >= known.until) {
      const end = endAt(instant);
      known = { from: instant, until: end ?? next(instant) ?? Number.POSITIVE_INFINITY, end };
    }
    return known.end;
  };
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function reasonOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return text.replace(/^CronPattern: /, '');
}
