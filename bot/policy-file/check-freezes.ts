import { compileWindows } from '../cron.ts';
import { activeGroups } from './active.ts';
import type { Check } from './check.ts';
import { knownGroups, membersOf } from './check-plans.ts';
import { checkMatch } from './check-rules.ts';
import { placesOf } from './places.ts';

export function checkFreezes(check: Check): void {
  const ids = new Set<string>();
  for (const [index, freeze] of check.draft.freezes.entries()) {
    if (freeze === null) continue;
    const path = ['freezes', index];
    if (ids.has(freeze.id)) check.report([...path, 'id'], `there is a freeze "${freeze.id}" already`);
    ids.add(freeze.id);
    checkMatch(check, freeze.match, [...path, 'match']);
    const zone = compileWindows('* * * * *', freeze.for, freeze.tz);
    if (!zone.ok) check.report([...path, 'tz'], zone.problem);
    const windows = compileWindows(freeze.cron, freeze.for, 'UTC');
    if (!windows.ok) check.report([...path, 'cron'], windows.problem);
  }
}

/** Who breaks the glass acts alone. So somebody has to hear of it, and somebody else to look at it. */
export function checkBreakGlass(check: Check): void {
  for (const [index, entry] of check.draft.breakGlass.entries()) {
    if (entry === null) continue;
    const path = ['break_glass', index];
    checkMatch(check, entry.match, [...path, 'match']);
    const { who, notify, post_review } = entry;
    const groupOf = activeGroups(check.draft);
    const known = knownGroups(check, who, [...path, 'who']);
    const reviewed = knownGroups(check, post_review.by, [...path, 'post_review', 'by']);
    if (placesOf(notify).length === 0)
      check.report([...path, 'notify'], 'names no place: nobody would hear of it');
    const breakers = membersOf(groupOf, who);
    if (known && breakers?.length === 0) check.report([...path, 'who'], 'its groups have no members');
    const reviewers = reviewed ? membersOf(groupOf, post_review.by) : null;
    if (reviewers === null) continue;
    const [only] = reviewers;
    const at = [...path, 'post_review', 'by'];
    if (only === undefined) check.report(at, 'these groups have no members: nobody could review it');
    else if (reviewers.length === 1 && breakers?.includes(only)) {
      check.report(at, `only "${only}" could review it, who may break the glass too and never reviews that`);
    }
  }
}
