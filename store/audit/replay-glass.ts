import { readIsoTime } from '../../bot/core/instant.ts';
import { freezes } from './replay-review.ts';
import type { Actor, EntryOf, LoggedGlass } from './replay-shape.ts';
import { type Held, isWeakWay, type Unreviewed, type Why, type World } from './replay-state.ts';
import { sameSet } from './replay-tighten.ts';

/** One person approved alone: by a way that the policy gave them, after all that it asks of them. */
export function glassBroken(world: World, held: Held, entry: EntryOf<'break_glass.used'>): Why {
  const { data, actor, at, ts, d } = entry;
  const { person, review_by: reviewBy } = data;
  const why = breakerProblem(world, held, entry) ?? claimProblem(held, entry);
  if (why !== null) return why;
  const glass = held.demands.break_glass?.find((one) => isGlassOf(one, data));
  if (glass === undefined) return `${person} broke a glass that the policy does not give them`;
  if (data.reason_length < glass.reason_min || d['reason'] === undefined) return 'its reason is too short';
  const dueAt = readIsoTime(data.due_at);
  if (dueAt !== at + glass.review_within_ms)
    return 'its review falls due at another time than the policy says';
  held.breaker = person;
  held.brokeBy = glass;
  world.unreviewed.set(held.number, { held, person, reviewBy, dueAt, overdue: false });
  if (held.state === 'pending')
    world.owed = { held, type: 'request.approved', by: actor, ts, optional: false };
  return null;
}

function breakerProblem(world: World, held: Held, { data, actor, at }: EntryOf<'break_glass.used'>): Why {
  const { person, via, who } = data;
  if (actor.kind !== 'person' || actor.person !== person || actor.via !== via)
    return 'its actor is not who broke it';
  if (held.excluded.has(person)) return `by ${person}, who is excluded from this request`;
  if (!who.some((group) => actor.roles.includes(group))) return `by ${person}, who was in none of its groups`;
  if (world.frozen.has(held.submitted.requester.id)) return 'its requester is frozen';
  for (const other of world.unreviewed.values())
    if (other.person === person && at >= other.dueAt) return `by ${person}, whose last one is overdue`;
  return null;
}

function claimProblem(held: Held, { data, actor }: EntryOf<'break_glass.used'>): Why {
  const { system, environment, resource } = held.submitted.target;
  if (data.action_digest !== held.submitted.action_digest) return 'on another action digest';
  if (data.target !== `${system}/${environment}/${resource}`) return 'with another target typed out';
  if (!held.shown.has(data.person)) return `by ${data.person}, who was not served the view`;
  if (isWeakWay(held, actor)) return `by ${data.via}, which is too weak a way for this request`;
  const isOpen = held.state === 'pending' || (held.breaker === null && data.freezes.length > 0);
  return isOpen ? null : 'on an approved request that no freeze holds up';
}

function isGlassOf(
  glass: LoggedGlass,
  { person, who, review_by }: EntryOf<'break_glass.used'>['data'],
): boolean {
  return glass.candidates.includes(person) && sameSet(glass.who, who) && sameSet(glass.review_by, review_by);
}

/** Neither excluded since, nor without that way under a policy since. Who left a group shows in the candidates. */
export function glassStands({ breaker, excluded, brokeBy, demands }: Held): boolean {
  if (breaker === null || excluded.has(breaker)) return false;
  return (demands.break_glass ?? []).some(
    (glass) =>
      glass.candidates.includes(breaker) &&
      sameSet(glass.who, brokeBy.who) &&
      sameSet(glass.review_by, brokeBy.review_by),
  );
}

/** Somebody else looked at it, in time or not. Anything but an approve stops what can still be stopped. */
export function glassReviewed(world: World, entry: EntryOf<'break_glass.reviewed'>): Why {
  const { data, actor, d, ts } = entry;
  const open = unreviewedBy(world, entry);
  if (open === null) return 'a review of a glass that nobody broke, or that was reviewed before';
  const why = reviewerProblem(open, data.person, actor);
  if (why !== null) return why;
  if (actor.kind !== 'person' || actor.via !== data.via) return 'its actor is not who reviewed';
  if (d['comment'] === undefined) return 'reviewed without a comment';
  const { held } = open;
  if (data.verdict === 'approve' && isWeakWay(held, actor))
    return `by ${data.via}, which is too weak a way for this request`;
  held.postReview = data.verdict;
  world.unreviewed.delete(held.number);
  if (data.verdict === 'approve') return null;
  const by = actor;
  if (held.state === 'approved') world.owed = { held, type: 'request.revoked', by, ts, optional: false };
  else if (held.state === 'executing')
    world.owed = { held, type: 'request.stop_requested', by, ts, optional: false };
  else if (data.verdict === 'flag') return freezes(world, held, entry);
  return null;
}

function reviewerProblem({ held, person, reviewBy }: Unreviewed, reviewer: string, actor: Actor): Why {
  if (actor.kind !== 'person' || actor.person !== reviewer) return 'its actor is not who reviewed';
  if (reviewer === person) return `reviewed by ${reviewer}, who broke it`;
  if (held.excluded.has(reviewer)) return `reviewed by ${reviewer}, who is excluded from this request`;
  return reviewBy.some((group) => actor.roles.includes(group))
    ? null
    : `reviewed by ${reviewer}, who was in none of the groups that review it`;
}

/** What a review that was no approve stopped; a flag freezes the requester as well. */
export function stoppedByReview(
  world: World,
  held: Held,
  entry: EntryOf<'request.revoked' | 'request.stop_requested'>,
): Why {
  if (held.postReview === null || held.postReview === 'approve') return 'by a review that there was not';
  return held.postReview === 'flag' ? freezes(world, held, entry) : null;
}

export function glassOverdue(world: World, entry: EntryOf<'break_glass.overdue'>): Why {
  const { data, actor, at } = entry;
  const open = unreviewedBy(world, entry);
  if (open === null || open.overdue || data.person !== open.person) return 'a review that is not due';
  if (actor.kind !== 'keyturn') return 'its actor is not keyturn';
  if (readIsoTime(data.due_at) !== open.dueAt || at < open.dueAt) return 'overdue before its time';
  open.overdue = true;
  return null;
}

function unreviewedBy(
  { unreviewed }: World,
  { subject }: EntryOf<'break_glass.reviewed' | 'break_glass.overdue'>,
): Unreviewed | null {
  return subject === null ? null : (unreviewed.get(subject.number) ?? null);
}

/** Once each, in order, and never before its time. */
export function reminded(held: Held, { data, actor, at }: EntryOf<'reminder.sent'>): Why {
  const dueAt = readIsoTime(data.due_at);
  if (actor.kind !== 'keyturn') return 'its actor is not keyturn';
  if (dueAt > at) return 'before its time';
  if (dueAt <= held.remindedUntil) return 'a second time';
  held.remindedUntil = dueAt;
  return null;
}
