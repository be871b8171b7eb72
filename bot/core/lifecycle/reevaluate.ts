import { glassInBoth } from '../break-glass.ts';
import type { Digest } from '../digest.ts';
import type { RequestEvent } from '../event.ts';
import { addSeats, allEscalations, anyDemand, inBoth, union } from '../plan.ts';
import { type Evaluation, highest } from '../policy.ts';
import {
  type ActionRequest,
  type Demands,
  type Exclusion,
  isTerminal,
  type PersonId,
  type Seat,
} from '../request.ts';
import { accept, type Circumstances, type Command, type Decision } from './command.ts';
import { evolve } from './evolve.ts';
import { stillApproved } from './release.ts';

const OTHER_EXECUTOR = 'What would run was changed in the configuration. Ask again.';

/** A request that is not over and was last judged by another policy than the one in force. */
export function hasToMeet({ state, demands }: ActionRequest, policyVersion: Digest): boolean {
  return !isTerminal(state) && demands.policyVersion !== policyVersion;
}

/**
 * A new policy meets a request that is not over. It can only tighten: seats are added, times
 * shortened, votes lost, or the request is denied or revoked. A looser policy changes nothing.
 */
export function reevaluate(
  request: ActionRequest,
  { evaluation, policyVersion, definition }: Extract<Command, { type: 'reevaluate' }>,
  now: Circumstances,
): Decision {
  const waits = request.state === 'pending' || request.state === 'flagged';
  if (request.state === 'executing' || request.state === 'unknown')
    return accept({
      type: 'request.reevaluated',
      demands: whoMayEndIt(request, evaluation, policyVersion, now),
    });
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
    rules: union([...held.rules, ...evaluation.rules]),
    plans: union([...held.plans, ...evaluation.plans]),
    risk: highest([held.risk, evaluation.risk]),
    seats: addSeats(held.seats, evaluation.seats).map((seat) => withoutLeavers(seat, now)),
    exclusions: allExclusions(held.exclusions, evaluation.exclusions),
    comment: anyDemand(held.comment, evaluation.comment),
    reviewVia: inBoth(held.reviewVia, evaluation.reviewVia),
    ...shortest(request, evaluation),
    remind: union([...held.remind, ...evaluation.remind]),
    escalate: allEscalations([...held.escalate, ...evaluation.escalate]),
    notify: union([...held.notify, ...evaluation.notify]),
    breakGlass: glassInBoth(held.breakGlass, evaluation.breakGlass).map((glass) => ({
      ...glass,
      candidates: stillIn(glass.who, glass.candidates, now),
    })),
  };
  const reevaluated: RequestEvent = { type: 'request.reevaluated', demands };
  if (waits) return accept(reevaluated);
  const after = evolve(request, reevaluated, now.at);
  return stillApproved(after, now) ? accept(reevaluated) : accept(reevaluated, revoked);
}

/**
 * What was released stays released, on the terms it was released on. But who stops it, or says how it
 * ended, must be outside the exclusion set of now as well; and a new seat would let more people in.
 */
function whoMayEndIt(
  request: ActionRequest,
  { exclusions }: Evaluation,
  policyVersion: Demands['policyVersion'],
  now: Circumstances,
): Demands {
  const held = request.demands;
  return {
    ...held,
    policyVersion,
    seats: held.seats.map((seat) => withoutLeavers(seat, now)),
    exclusions: allExclusions(held.exclusions, exclusions),
  };
}

/** Whoever left loses the vote for good: coming back by a third policy would bring it back unasked. */
function withoutLeavers(seat: Seat, now: Circumstances): Seat {
  return { ...seat, candidates: stillIn(seat.from, seat.candidates, now) };
}

function stillIn(
  groups: readonly string[],
  people: readonly PersonId[],
  now: Circumstances,
): readonly PersonId[] {
  return people.filter((person) => now.groupsOf(person).some((group) => groups.includes(group)));
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

function allExclusions(held: readonly Exclusion[], added: readonly Exclusion[]): readonly Exclusion[] {
  const known = new Set(held.map((exclusion) => exclusion.person));
  return [...held, ...added.filter((exclusion) => !known.has(exclusion.person))];
}
