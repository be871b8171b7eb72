import type { EntryOf } from './replay-shape.ts';
import { type Held, inForce, type Owed, type Why, type World } from './replay-state.ts';

/** Somebody behind an open request turned out to be a person, who is out from here on. */
export function identified(
  world: World,
  held: Held,
  entry: EntryOf<'request.identified'>,
  isApproved: (held: Held) => boolean,
): Why {
  const { actor, data, d, ts } = entry;
  const { person, because, unresolved } = data;
  if (actor.kind !== 'keyturn') return 'its actor is not keyturn';
  if (unresolved !== held.unresolved - 1)
    return `${held.unresolved} were unknown before it and ${unresolved} are after it`;
  if (d['account'] === undefined) return 'it does not say which account it was';
  held.unresolved = unresolved;
  if (!held.excluded.has(person)) {
    const { demands } = held;
    Object.assign(held, inForce({ ...demands, exclusions: [...demands.exclusions, { person, because }] }));
  }
  // As with another policy: votes also fall with people who left a group, which no entry shows.
  if (held.state === 'approved')
    world.owed = { held, type: 'request.revoked', by: actor, ts, optional: isApproved(held) };
  return null;
}

/** Nobody approves or runs what somebody unknown stands behind, where much is at stake. */
export function unresolvedProblem({ unresolved, demands }: Held): Why {
  const isMuch = demands.risk === 'high' || demands.risk === 'critical';
  return isMuch && unresolved > 0
    ? `${unresolved} behind it are linked to nobody, and its risk is ${demands.risk}`
    : null;
}

export function lostByIdentity(owed: Owed | null): Why {
  return owed === null ? 'revoked because of an identity that nobody found' : null;
}
