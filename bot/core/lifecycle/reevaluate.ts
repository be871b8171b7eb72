import type { RequestEvent } from '../event.ts';
import { addSeats, anyDemand } from '../plan.ts';
import { type Evaluation, highest } from '../policy.ts';
import type { ActionRequest, Demands, Exclusion, PersonId, Seat } from '../request.ts';
import { accept, type Circumstances, type Command, type Decision } from './command.ts';
import { evolve } from './evolve.ts';
import { stillApproved } from './release.ts';

const OTHER_EXECUTOR = 'What would run was changed in the configuration. Ask again.';

/**
 * A new policy meets a request that is still open. It can only tighten: seats are added, times
 * shortened, votes lost, or the request is denied or revoked. A looser policy changes nothing.
 */
export function reevaluate(
  request: ActionRequest,
  { evaluation, policyVersion, definition }: Extract<Command, { type: 'reevaluate' }>,
  now: Circumstances,
): Decision {
  const waits = request.state === 'pending' || request.state === 'flagged';
  if (!waits && request.state !== 'approved') return accept();
  const revoked: RequestEvent = { type: 'request.revoked', because: 'policy', text: {} };
  if (evaluation.effect === 'deny') {
    if (!waits) return accept(revoked);
    const text: Record<string, string> = evaluation.tell === null ? {} : { tell: evaluation.tell };
    return accept({ type: 'request.denied', rules: evaluation.rules, text });
  }

  // Keyturn would run something else by now, or run what its caller was to run. Neither was approved.
  if ((request.executor?.definition ?? null) !== definition) {
    return accept(waits ? { type: 'request.denied', rules: [], text: { tell: OTHER_EXECUTOR } } : revoked);
  }

  const held = request.demands;
  const demands: Demands = {
    policyVersion,
    rules: [...new Set([...held.rules, ...evaluation.rules])],
    plans: [...new Set([...held.plans, ...evaluation.plans])],
    risk: highest([held.risk, evaluation.risk]),
    seats: addSeats(held.seats, evaluation.seats).map((seat) => withoutLeavers(seat, now)),
    exclusions: union(held.exclusions, evaluation.exclusions),
    comment: anyDemand(held.comment, evaluation.comment),
    notify: [...new Set([...held.notify, ...evaluation.notify])],
    ...shortest(request, evaluation),
  };
  const reevaluated: RequestEvent = { type: 'request.reevaluated', demands };
  if (waits) return accept(reevaluated);
  const after = evolve(request, reevaluated, now.at);
  return stillApproved(after, now) ? accept(reevaluated) : accept(reevaluated, revoked);
}

/** Whoever left loses the vote for good: coming back by a third policy would bring it back unasked. */
function withoutLeavers(seat: Seat, now: Circumstances): Seat {
  const stays = (person: PersonId) => now.groupsOf(person).some((group) => seat.from.includes(group));
  return { ...seat, candidates: seat.candidates.filter(stays) };
}

/** An allow has no plan and so no times of its own: it is looser, and shortens nothing. */
function shortest(
  { demands, createdAt }: ActionRequest,
  { effect, expiresAfterMs, usableForMs, outcomeWithinMs }: Evaluation,
): Pick<Demands, 'expiresAt' | 'usableForMs' | 'outcomeWithinMs'> {
  const { expiresAt } = demands;
  if (effect === 'allow')
    return { expiresAt, usableForMs: demands.usableForMs, outcomeWithinMs: demands.outcomeWithinMs };
  return {
    expiresAt: Math.min(expiresAt, createdAt + expiresAfterMs),
    usableForMs: Math.min(demands.usableForMs, usableForMs),
    outcomeWithinMs: Math.min(demands.outcomeWithinMs, outcomeWithinMs),
  };
}

function union(held: readonly Exclusion[], added: readonly Exclusion[]): readonly Exclusion[] {
  const known = new Set(held.map((exclusion) => exclusion.person));
  return [...held, ...added.filter((exclusion) => !known.has(exclusion.person))];
}
