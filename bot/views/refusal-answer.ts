import type { Look } from '../app/look-at-request.ts';
import type { Refusal, RefusalCode } from '../core/refusal.ts';
import type { PersonId } from '../core/request.ts';
import { missingSeats } from './facts.ts';
import { outcomeOf } from './outcome.ts';
import { refusalText } from './refusals.ts';
import { moment, said, type Words } from './words.ts';

/** Refusals that say: it is over, or it is not yet. Then people want to know what was decided, by whom and when. */
const LATE: ReadonlySet<RefusalCode> = new Set([
  'ALREADY_RESOLVED',
  'EXPIRED',
  'FLAGGED',
  'NOT_APPROVED',
  'ALREADY_CONSUMED',
]);

/** What a face calls the fields of its forms. */
const NAMES: Readonly<Record<string, string>> = { '/reason': 'The reason', '/confirm_target': 'The target' };

/**
 * A "no", for the one who is told it. `look` is null for who may not know the request: they get the
 * sentence and nothing of it.
 */
export function refusalLines(refusal: Refusal, person: PersonId, look: Look | null): readonly Words[] {
  const { code, fields } = refusal;
  if (code === 'INVALID' && fields !== undefined)
    return [
      ['This cannot be taken, so nothing was done. Correct it, and try again.'],
      ...fields.map(
        ({ pointer, problem }): Words => [`${NAMES[pointer] ?? pointer.slice(1)} `, said(problem), '.'],
      ),
    ];
  const lines: Words[] = [[refusalText(refusal)]];
  if (look === null) return lines;
  const { request } = look;
  const { exclusions, expiresAt } = request.demands;
  if (LATE.has(code)) {
    const outcome = outcomeOf(look);
    const waits: Words = [
      `Request ${request.number} waits for ${missingSeats(look)} until ${moment(expiresAt)}.`,
    ];
    return [...lines, ...(outcome ?? [waits])];
  }
  const because = exclusions.find((exclusion) => exclusion.person === person)?.because;
  if (code === 'SELF_REVIEW' && because !== undefined) lines.push([`You are out because: ${because}.`]);
  const own = request.reviews.findLast((review) => review.person === person && review.verdict === 'approve');
  if (code === 'ALREADY_REVIEWED' && own !== undefined) lines.push([`You did at ${moment(own.at)}.`]);
  return lines;
}
