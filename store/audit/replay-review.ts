import { readIsoTime } from '../../bot/core/instant.ts';
import type { Verdict } from '../../bot/core/request.ts';
import { isFilling, quorum } from './replay-quorum.ts';
import type { EntryOf, LoggedEntry } from './replay-shape.ts';
import { type Held, isPerson, isWeakWay, type Owed, type Why, type World } from './replay-state.ts';

/** One person's vote: by somebody who may, on the stored digest, after having seen what it is about. */
export function reviewed(world: World, held: Held, entry: EntryOf<'review.recorded'>): Why {
  const { person, verdict, seats, filled, of } = entry.data;
  const why = voterProblem(held, entry) ?? (verdict === 'approve' ? approveProblem(held, entry) : null);
  if (why !== null) return why;
  if (held.demands.comment[verdict] && entry.d['comment'] === undefined)
    return `the plan demands a comment with a ${verdict}`;
  if (verdict === 'approve') held.votes.push({ person, seats });

  const recount = quorum(held);
  if (of !== recount.of || filled > recount.filled) {
    return `it says ${filled} of ${of} chairs are filled; the votes fill ${recount.filled} of ${recount.of}`;
  }
  const type = verdict === 'approve' && filled < of ? null : followedBy(held, verdict);
  if (type !== null) world.owed = { held, type, by: entry.actor, ts: entry.ts, optional: false };
  return null;
}

function voterProblem(held: Held, { data, actor }: EntryOf<'review.recorded'>): Why {
  const { person, verdict, seats } = data;
  const { seats: chairs } = held.demands;
  if (actor.kind !== 'person' || actor.person !== person || actor.via !== data.via)
    return 'its actor is not who votes';
  if (held.excluded.has(person)) return `a review by ${person}, who is excluded from this request`;
  if (data.action_digest !== held.submitted.action_digest) return 'a vote on another action digest';
  if (seats.length === 0) return `a vote by ${person}, who can fill no seat`;
  const none = seats.find((index) => !chairs[index]?.candidates.includes(person));
  if (none !== undefined) return `a vote for seat ${none}, which ${person} is no candidate for`;
  return isPossible(held, verdict) ? null : `the verdict ${verdict} on a request that is ${held.state}`;
}

function isPossible({ state }: Held, verdict: Verdict): boolean {
  if (verdict === 'approve') return state === 'pending';
  if (verdict === 'reject') return state === 'pending' || state === 'flagged';
  return state === 'pending' || state === 'approved' || state === 'executing';
}

function approveProblem(held: Held, { data, actor }: EntryOf<'review.recorded'>): Why {
  const { person, via } = data;
  if (held.votes.some((vote) => vote.person === person)) return `a second approve by ${person}`;
  if (isWeakWay(held, actor)) return `an approve by ${via}, which is too weak a way for this request`;
  return held.shown.has(person) ? null : `an approve by ${person}, who was not shown the view`;
}

/** What a vote does at once, in the same transaction. */
function followedBy({ state }: Held, verdict: Verdict): LoggedEntry['type'] {
  if (verdict === 'approve') return 'request.approved';
  if (verdict === 'reject') return 'request.rejected';
  if (state === 'approved') return 'request.revoked';
  return state === 'executing' ? 'request.stop_requested' : 'request.flagged';
}

export function viewed(held: Held, { data, actor }: EntryOf<'payload.viewed'>): Why {
  if (!isPerson(actor, data.person)) return 'its actor is not who viewed';
  if (data.view_digest !== held.submitted.view_digest) return 'the view of another digest';
  held.shown.add(data.person);
  return null;
}

/** Released by the policy at once, or by a quorum that is counted here again. */
export function approved(held: Held, entry: EntryOf<'request.approved'>, owed: Owed | null): Why {
  const { filled_by: filledBy, usable_until: usableUntil } = entry.data;
  if (held.breaker !== null) {
    if (filledBy.length > 0) return 'one person approved it alone, and it names people';
  } else if (held.submitted.effect === 'require') {
    const { isFull, filled, of } = quorum(held);
    if (!isFull) return `approved without its quorum: the votes fill ${filled} of ${of} chairs`;
    if (!isFilling(held, filledBy))
      return 'the people it names do not fill the seats, each of them once and by a vote';
  } else if (filledBy.length > 0) {
    return 'a rule approved it, and it names people';
  }
  if (owed === null) return 'approved, and neither a vote nor a rule made it so';
  held.approvedAt = entry.at;
  held.usableUntil = readIsoTime(usableUntil);
  const { usable_for_ms: usableForMs } = held.demands;
  return held.usableUntil === entry.at + usableForMs
    ? null
    : 'it can be used for another time than the plan says';
}

export function rejected({ data, actor }: EntryOf<'request.rejected'>, owed: Owed | null): Why {
  return owed !== null && isPerson(actor, data.person) ? null : 'rejected, and nobody voted so';
}

export function flagged(world: World, held: Held, entry: EntryOf<'request.flagged'>, owed: Owed | null): Why {
  if (entry.data.because === 'flag') {
    if (owed === null) return 'flagged, and nobody voted so';
    return freezes(world, held, entry);
  }
  return world.sweep.numbers.has(held.number) ? null : 'flagged by a freeze that there is not';
}

/** A flag stops the requester as well, and that is said right after it. */
export function freezes(world: World, held: Held, { actor, ts }: LoggedEntry): null {
  world.owed = { held, type: 'requester.frozen', by: actor, ts, optional: false };
  return null;
}

/** Whoever voted before the flag did so without knowing what it brought up: those votes are void. */
export function cleared(held: Held, { data, actor, d }: EntryOf<'request.cleared'>): Why {
  if (!isPerson(actor, data.person)) return 'its actor is not who cleared';
  if (held.excluded.has(data.person)) return `cleared by ${data.person}, who is excluded from this request`;
  if (d['comment'] === undefined) return 'cleared without a comment';
  held.votes = [];
  return null;
}
