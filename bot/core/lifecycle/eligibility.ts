import type { Actor } from '../event.ts';
import { type Refusal, refuse } from '../refusal.ts';
import type { ActionRequest, PersonId } from '../request.ts';
import { matchSeats, type Voter } from '../seats.ts';
import type { Circumstances } from './command.ts';

/** The exclusion set holds for every seat, for clear and for settle. No role lifts it. */
export function isExcluded(request: ActionRequest, person: PersonId): boolean {
  return request.demands.exclusions.some((exclusion) => exclusion.person === person);
}

/** Seats (indexes) this person may fill: eligible when the seat was made, and now, and not excluded. */
export function seatsOpenTo(request: ActionRequest, person: PersonId, now: Circumstances): readonly number[] {
  if (isExcluded(request, person)) return [];
  const groups = now.groupsOf(person);
  return request.demands.seats.flatMap((seat, index) =>
    seat.candidates.includes(person) && seat.from.some((group) => groups.includes(group)) ? [index] : [],
  );
}

/** Who fills which seat, by the approvals that count now. */
export function filledSeats(request: ActionRequest, now: Circumstances): readonly (readonly PersonId[])[] {
  const voters: Voter[] = request.reviews
    .filter((review) => review.verdict === 'approve' && !review.void)
    .map((review) => ({ person: review.person, seats: seatsOpenTo(request, review.person, now) }));
  return matchSeats(request.demands.seats, voters);
}

/** Whether a seat draws on a group of which nobody can say now who is in it: then no count is right. */
export function isUnsure({ demands }: ActionRequest, now: Circumstances): boolean {
  return demands.seats.some(({ from }) => hasUnknown(from, now));
}

/** The same of whoever broke the glass: whether they still may cannot be said. */
export function isGlassUnsure({ brokenGlass }: ActionRequest, now: Circumstances): boolean {
  return brokenGlass !== null && hasUnknown(brokenGlass.who, now);
}

/** Not in any of these groups; or perhaps in one of them, and nobody can say so now. */
export function notIn(groups: readonly string[], now: Circumstances): Refusal {
  return refuse(hasUnknown(groups, now) ? 'DIRECTORY_UNAVAILABLE' : 'NOT_ELIGIBLE');
}

export function seatGroups({ demands }: ActionRequest): readonly string[] {
  return demands.seats.flatMap(({ from }) => from);
}

function hasUnknown(groups: readonly string[], { unknownGroups }: Circumstances): boolean {
  return unknownGroups.size > 0 && groups.some((group) => unknownGroups.has(group));
}

export function isInClearFrom(person: PersonId, now: Circumstances): boolean {
  return now.groupsOf(person).some((group) => now.clearFrom.includes(group));
}

export function isRequester(request: ActionRequest, by: Actor): boolean {
  if (by.kind === 'client') return by.client === request.requester.id;
  return by.kind === 'person' && by.person === request.requester.id;
}

/** The humans who answer for the asker: its client's owner, and the one it acts for. */
export function standsBehind(request: ActionRequest, person: PersonId): boolean {
  return person === request.owner || person === request.onBehalfOf;
}
