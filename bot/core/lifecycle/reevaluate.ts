import type { RequestEvent } from '../event.ts';
import { addSeats, anyDemand } from '../plan.ts';
import { highest } from '../policy.ts';
import type { ActionRequest, Demands, Exclusion } from '../request.ts';
import { accept, type Circumstances, type Command, type Decision } from './command.ts';
import { evolve } from './evolve.ts';
import { stillApproved } from './release.ts';

/**
 * A new policy meets a request that is still open. It can only tighten: seats are added, times
 * shortened, votes lost, or the request is denied or revoked. A looser policy changes nothing.
 */
export function reevaluate(
  request: ActionRequest,
  { evaluation, policyVersion }: Extract<Command, { type: 'reevaluate' }>,
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

  const held = request.demands;
  const demands: Demands = {
    policyVersion,
    rules: [...new Set([...held.rules, ...evaluation.rules])],
    plans: [...new Set([...held.plans, ...evaluation.plans])],
    risk: highest([held.risk, evaluation.risk]),
    seats: addSeats(held.seats, evaluation.seats),
    exclusions: union(held.exclusions, evaluation.exclusions),
    comment: anyDemand(held.comment, evaluation.comment),
    expiresAt: Math.min(held.expiresAt, request.createdAt + evaluation.expiresAfterMs),
    usableForMs: Math.min(held.usableForMs, evaluation.usableForMs),
    outcomeWithinMs: Math.min(held.outcomeWithinMs, evaluation.outcomeWithinMs),
  };
  const reevaluated: RequestEvent = { type: 'request.reevaluated', demands };
  if (waits) return accept(reevaluated);
  const after = evolve(request, reevaluated, now.at);
  return stillApproved(after, now) ? accept(reevaluated) : accept(reevaluated, revoked);
}

function union(held: readonly Exclusion[], added: readonly Exclusion[]): readonly Exclusion[] {
  const known = new Set(held.map((exclusion) => exclusion.person));
  return [...held, ...added.filter((exclusion) => !known.has(exclusion.person))];
}
