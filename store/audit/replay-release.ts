import { glassStands, stoppedByReview } from './replay-glass.ts';
import { quorum } from './replay-quorum.ts';
import { freezes } from './replay-review.ts';
import type { Actor, EntryOf, LoggedEntry } from './replay-shape.ts';
import {
  type Held,
  inForce,
  isInForce,
  isPerson,
  isRequester,
  mayReview,
  type Owed,
  standsBehind,
  type Why,
  type World,
} from './replay-state.ts';
import { loosened } from './replay-tighten.ts';
import { lostByIdentity, unresolvedProblem } from './replay-unresolved.ts';

/** A later policy meets an open request. An approval that the votes no longer carry is gone at once. */
export function reevaluated(world: World, held: Held, entry: EntryOf<'request.reevaluated'>): Why {
  const { actor, ts, data } = entry;
  if (actor.kind !== 'policy' || actor.version !== data.demands.policy_version)
    return 'its actor is not the policy it names';
  if (!isInForce(world, actor.version)) return 'by a policy that is not in force';
  const why = loosened(held.demands, data.demands);
  if (why !== null) return `a policy loosens an open request: ${why}`;
  const isRunning = held.state === 'executing' || held.state === 'unknown';
  if (isRunning && data.demands.seats.length > held.demands.seats.length)
    return 'a policy lets more people say how it ended';
  Object.assign(held, inForce(data.demands));
  for (const vote of held.votes) vote.seats = null;
  if (held.state !== 'approved') return null;
  held.usableUntil = Math.min(held.usableUntil, held.approvedAt + held.demands.usable_for_ms);
  // Votes also fall with people who left a group, which no entry shows: so it may follow in any case.
  world.owed = { held, type: 'request.revoked', by: actor, ts, optional: isApproved(held) };
  return null;
}

export function isApproved(held: Held): boolean {
  if (glassStands(held)) return true;
  return held.submitted.effect === 'allow' && held.demands.seats.length === 0 ? true : quorum(held).isFull;
}

/** Released once: to who asked, while it is usable, and only as long as its quorum still stands. */
export function granted(world: World, held: Held, { actor, data, at, ts }: EntryOf<'grant.issued'>): Why {
  const { executor, requester } = held.submitted;
  const { id } = requester;
  if (executor === null) {
    if (!isRequester(held, actor)) return 'a grant for somebody else than the requester';
    if (data.audience !== id) return 'a grant for another audience than the requester';
  } else if (actor.kind !== 'worker' || data.audience !== `worker:${actor.worker}`) {
    return 'a grant for somebody else than the worker that carries it out';
  }
  if (world.frozen.has(id)) return `a grant for ${id}, who is frozen`;
  if (!isInForce(world, held.demands.policy_version)) return 'a grant under a policy that is not in force';
  if (!isApproved(held)) return 'a grant without the quorum that the policy in force demands';
  held.startedAt = at;
  if (executor !== null) world.owed = { held, type: 'execution.started', by: actor, ts, optional: false };
  return unresolvedProblem(held);
}

export function ended(held: Held, actor: Actor): Why {
  const { run } = held;
  if (run !== null) {
    return actor.kind === 'worker' && actor.worker === run.worker
      ? null
      : 'an outcome from somebody else than the worker that has it';
  }
  return isRequester(held, actor) ? null : 'an outcome from somebody else than the requester';
}

/** Evidence from a caller that lost its say, or from a worker whose try was taken over. */
export function lateReport(held: Held, { actor }: EntryOf<'execution.late_report'>): Why {
  if (held.submitted.executor === null) {
    if (!isRequester(held, actor)) return 'a late report from somebody else than the requester';
    return held.state === 'executing' ? 'a late report while its caller still runs it' : null;
  }
  return actor.kind === 'worker' ? null : 'a late report from somebody who is no worker';
}

/** Heartbeats, which are no entries, only ever move the deadline further away. */
export function lost(held: Held, { actor, at }: LoggedEntry): Why {
  // A worker may say itself that it cannot tell.
  if (held.run !== null && actor.kind === 'worker') return ended(held, actor);
  if (actor.kind !== 'keyturn') return 'its actor is not keyturn';
  if (held.run !== null) return at >= held.run.freeAt ? null : 'unknown while a worker had it';
  return at >= held.startedAt + held.demands.outcome_within_ms
    ? null
    : 'unknown before the time for its outcome was over';
}

export function settled(held: Held, { actor, data, d }: EntryOf<'execution.settled'>): Why {
  const { person, status } = data;
  if (!isPerson(actor, person)) return 'its actor is not who settled';
  if (held.excluded.has(person)) return `settled by ${person}, who is excluded from this request`;
  // Without seats it is for those of clear_from, and who they are is not in the log.
  if (held.demands.seats.length > 0 && !mayReview(held, actor))
    return `settled by ${person}, who can fill no seat`;
  if (d['comment'] === undefined) return 'settled without a comment';
  held.state = status;
  return null;
}

/** Time alone does this, and not before its deadline. */
export function timedOut(deadline: number, { actor, at }: LoggedEntry): Why {
  if (actor.kind !== 'keyturn') return 'its actor is not keyturn';
  return at >= deadline ? null : 'before its deadline';
}

export function cancelled(held: Held, { actor, data }: EntryOf<'request.cancelled'>): Why {
  if (data.because === 'caller_left') return actor.kind === 'keyturn' ? null : 'its actor is not keyturn';
  return withdrawnByAsker(held, actor);
}

export function withdrawnByAsker(held: Held, actor: Actor): Why {
  return isRequester(held, actor) || standsBehind(held, actor)
    ? null
    : 'withdrawn by somebody who neither asked nor stands behind it';
}

export function revoked(world: World, held: Held, entry: EntryOf<'request.revoked'>, owed: Owed | null): Why {
  const { actor, data, d } = entry;
  switch (data.because) {
    case 'asked':
      return owed === null ? stopProblem(held, actor, d) : 'it does not say what made it so';
    case 'flag':
      return owed !== null && actor.kind === 'person'
        ? freezes(world, held, entry)
        : 'revoked by a flag that nobody raised';
    case 'requester_frozen':
      return world.sweep.numbers.has(held.number) ? null : 'revoked by a freeze that there is not';
    case 'policy':
      return actor.kind === 'policy' && isInForce(world, actor.version)
        ? null
        : 'its actor is not the policy in force';
    case 'identity':
      return lostByIdentity(owed);
    case 'restored':
      return actor.kind === 'keyturn' && world.ofCopy.has(held.number)
        ? null
        : 'revoked as one of a restored copy, which it is not';
    case 'post_review':
      return owed === null ? 'by a review that there was not' : stoppedByReview(world, held, entry);
  }
}

export function stopRequested(
  world: World,
  held: Held,
  entry: EntryOf<'request.stop_requested'>,
  owed: Owed | null,
): Why {
  if (entry.data.because === 'post_review')
    return owed === null ? 'by a review that there was not' : stoppedByReview(world, held, entry);
  if (entry.data.because === 'asked')
    return owed === null ? stopProblem(held, entry.actor, entry.d) : 'it does not say what made it so';
  return owed === null ? 'stopped by a flag that nobody raised' : freezes(world, held, entry);
}

function stopProblem(held: Held, actor: Actor, d: LoggedEntry['d']): Why {
  if (!standsBehind(held, actor) && !mayReview(held, actor)) return 'stopped by somebody who may not';
  return d['comment'] === undefined ? 'stopped without a comment' : null;
}
