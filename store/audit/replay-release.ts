import { quorum } from './replay-quorum.ts';
import { freezes } from './replay-review.ts';
import { type Held, isPerson, isRequester, mayReview, type Owed, standsBehind, type Why, type World } from './replay-state.ts';
import { loosened } from './replay-tighten.ts';
import type { EntryOf, LoggedEntry } from './replay-shape.ts';

/** A later policy meets an open request. An approval that it no longer fills is gone at once. */
export function reevaluated(world: World, held: Held, entry: EntryOf<'request.reevaluated'>): Why {
  const { demands } = entry.data;
  const { actor, ts } = entry;
  if (actor.kind !== 'policy' || actor.version !== demands.policy_version) return 'its actor is not the policy that it names';
  const why = loosened(held.demands, demands);
  if (why !== null) return `a policy loosens an open request: ${why}`;
  held.demands = demands;
  return null;
}

/** Called when the new demands are in force. */
export function afterReevaluated(world: World, held: Held, { actor, ts }: EntryOf<'request.reevaluated'>): void {
  for (const vote of held.votes) vote.seats = null;
  if (held.state !== 'approved') return;
  held.usableUntil = Math.min(held.usableUntil, held.approvedAt + held.demands.usable_for_ms);
  world.owed = { held, type: 'request.revoked', by: actor, ts, optional: isApproved(held) };
}
