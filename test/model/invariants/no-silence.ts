import { REFUSALS } from '../../../bot/core/refusal.ts';
import type { ActionRequest } from '../../../bot/core/request.ts';
import { rowStateAt } from '../compared.ts';
import { accepted, type Step, type Told, Violation } from '../step.ts';
import { expiryOf, type Sightings } from './sightings.ts';

const OPEN: readonly string[] = ['pending', 'flagged', 'approved', 'executing'];

/**
 * 6. No silence. Every call is answered, with yes or with a code of the contract, and no answer shows
 * a request as open past its deadline. `injected` is the failure that a test itself caused.
 */
export function noSilence(step: Step, sightings: Sightings, injected: (cause: unknown) => boolean): void {
  for (const told of step.told) {
    const { said, came } = told;
    if (came.how === 'silent') throw new Violation(6, `${said.call} is never answered`);
    if (came.how === 'thrown') {
      if (injected(came.cause)) continue;
      const cause =
        came.cause instanceof Error ? (came.cause.stack ?? came.cause.message) : String(came.cause);
      throw new Violation(6, `${said.call} threw ${cause}`);
    }
    if (!came.answer.ok && !REFUSALS.includes(came.answer.code)) {
      throw new Violation(6, `${said.call} is refused with ${came.answer.code}, which is no code`);
    }
    for (const shown of shownIn(told)) current(step, sightings, shown);
    const about = came.answer.ok ? undefined : came.answer.about;
    const expiry = 'id' in said ? expiry_(sightings, said.id) : Number.POSITIVE_INFINITY;
    const isWaiting = about?.state === 'pending' || about?.state === 'flagged';
    if (isWaiting && step.now >= expiry)
      throw new Violation(6, `a refusal calls an expired request ${about.state}`);
  }
  const sweeps = (told: Told) => ['sweep', 'list'].includes(told.said.call) && accepted(told) !== null;
  if (!step.told.some(sweeps)) return;
  const due = step.store.due(step.now, 1);
  if (due.length > 0) throw new Violation(6, `${due.join()} is past its deadline and not recorded`);
}

function shownIn(told: Told): readonly ActionRequest[] {
  const answer = accepted(told);
  return [...(answer?.request ? [answer.request] : []), ...(answer?.listed ?? [])];
}

function current(step: Step, sightings: Sightings, shown: ActionRequest): void {
  const isOverdue = rowStateAt(shown, step.now) !== shown.state;
  const isWaiting = shown.state === 'pending' || shown.state === 'flagged';
  const isExpired = isWaiting && step.now >= expiry_(sightings, shown.id);
  if (OPEN.includes(shown.state) && (isOverdue || isExpired)) {
    throw new Violation(6, `${shown.id} is shown as ${shown.state} past its deadline`);
  }
}

function expiry_(sightings: Sightings, id: string): number {
  const sighting = sightings.requests.get(id);
  return sighting === undefined ? Number.POSITIVE_INFINITY : expiryOf(sighting);
}
