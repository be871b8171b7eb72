import type { EntryOf, LoggedEntry } from './replay-shape.ts';
import type { Why, World } from './replay-state.ts';

/**
 * A copy that was put back says so at each start, until one at which an anchor agreed or until the
 * next epoch.
 */
export function started(world: World, { actor, data: { restored }, seq }: EntryOf<'log.started'>): Why {
  if (actor.kind !== 'keyturn') return 'its actor is not keyturn';
  if (world.unconfirmed && restored === undefined)
    return 'it no longer says that it runs on a restored copy, and nothing has confirmed that copy';
  if (restored !== undefined && restored.from >= seq) return 'it runs on a copy of what comes after it';
  world.unconfirmed = restored !== undefined && !restored.confirmed;
  return null;
}

export function releasedByCopy({ unconfirmed }: World, { type }: LoggedEntry): Why {
  const isRelease = type === 'grant.issued' || type === 'execution.started';
  return unconfirmed && isRelease ? 'released by a restored copy that nothing has confirmed' : null;
}
