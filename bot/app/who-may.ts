import { seatsOpenTo } from '../core/lifecycle/eligibility.ts';
import type { ActionRequest, PersonId } from '../core/request.ts';
import { circumstances } from './change-request.ts';
import type { Context } from './context.ts';

/** For each seat, the people whose vote would count for it now. */
export function whoMay(context: Context, request: ActionRequest): readonly (readonly PersonId[])[] {
  const tx = context.store.committed;
  const now = circumstances(context, { tx, at: context.time.now() }, request);
  const open = new Map<PersonId, readonly number[]>();
  for (const person of new Set(request.demands.seats.flatMap(({ candidates }) => candidates))) {
    open.set(person, seatsOpenTo(request, person, now));
  }
  return request.demands.seats.map((_seat, index) =>
    [...open].flatMap(([person, seats]) => (seats.includes(index) ? [person] : [])),
  );
}

/** Whether this person has something to decide on it now: a vote that is missing, or a flag to clear. */
export function waitsFor(context: Context, person: PersonId, request: ActionRequest): boolean {
  const tx = context.store.committed;
  const now = circumstances(context, { tx, at: context.time.now() }, request);
  if (request.state === 'pending') {
    const approved = request.reviews.some(
      (review) => review.person === person && review.verdict === 'approve' && !review.void,
    );
    return !approved && seatsOpenTo(request, person, now).length > 0;
  }
  return request.state === 'flagged' && mayClear(request, person, now);
}

function mayClear(
  request: ActionRequest,
  person: PersonId,
  now: Pick<ReturnType<typeof circumstances>, 'groupsOf' | 'clearFrom'>,
): boolean {
  const isIn = now.groupsOf(person).some((group) => now.clearFrom.includes(group));
  return isIn && !request.demands.exclusions.some((exclusion) => exclusion.person === person);
}
