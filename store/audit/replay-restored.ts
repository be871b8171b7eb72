import type { EntryOf, LoggedEntry } from './replay-shape.ts';
import type { Held, Why, World } from './replay-state.ts';

/**
 * A copy that was put back says so at each start, until one at which an anchor agreed or until the
 * next epoch.
 */
export function started(world: World, { actor, data: { restored }, seq }: EntryOf<'log.started'>): Why {
  if (actor.kind !== 'keyturn') return 'its actor is not keyturn';
  if (world.unconfirmed && restored === undefined)
    return 'it no longer says that it runs on a restored copy, and nothing has confirmed that copy';
  if (restored !== undefined && restored.from >= seq) return 'it runs on a copy of what comes after it';
  if (restored?.confirmed === true) goesOn(world);
  else world.unconfirmed = restored !== undefined;
  return null;
}

/** From here on it releases again, but nothing that was approved until here: that may have run elsewhere since. */
export function goesOn(world: World): void {
  world.unconfirmed = false;
  for (const { number, state } of world.open.values()) if (state === 'approved') world.ofCopy.add(number);
}

export function releasedByCopy({ unconfirmed, ofCopy }: World, { number }: Held, { type }: LoggedEntry): Why {
  if (type !== 'grant.issued' && type !== 'execution.started') return null;
  if (unconfirmed) return 'released by a restored copy that nothing has confirmed';
  return ofCopy.has(number)
    ? 'released on an approval from before the copy, or the new epoch, went on'
    : null;
}
