import type { BreakGlassRule } from '../core/break-glass.ts';
import type { CalendarFreeze } from '../core/calendar-freeze.ts';
import { KeyturnFault } from '../core/fault.ts';
import { compileWindows } from '../cron.ts';
import { matchOf } from './compile-match.ts';
import { placesOf } from './places.ts';
import type { PolicyFile } from './schema.ts';

export function freezesOf(file: PolicyFile): readonly CalendarFreeze[] {
  return file.freezes.map(({ id, match, cron, for: lengthMs, tz }) => {
    const compiled = compileWindows(cron, lengthMs, tz);
    if (!compiled.ok)
      throw new KeyturnFault('IMPOSSIBLE', `freeze ${id} was compiled, and its cron ${compiled.problem}`);
    return { id, match: matchOf(match), windows: compiled.windows };
  });
}

export function breakGlassOf(file: PolicyFile): readonly BreakGlassRule[] {
  return file.break_glass.map(({ match, who, reason_min, notify, post_review }) => ({
    match: matchOf(match),
    who,
    reasonMin: reason_min,
    notify: placesOf(notify),
    reviewBy: post_review.by,
    reviewWithinMs: post_review.within,
  }));
}
