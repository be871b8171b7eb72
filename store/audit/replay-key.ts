import type { EntryOf } from './replay-shape.ts';
import type { Why, World } from './replay-state.ts';
import { readVerifierKey } from './verifier-key.ts';

/** Each key names the one that it takes over from, so that none can come in between. */
export function keyRotated(world: World, { actor, data }: EntryOf<'log.key_rotated'>): Why {
  if (actor.kind !== 'keyturn') return 'its actor is not keyturn';
  const isKnown = world.whole || world.key !== null;
  if (isKnown && data.previous !== world.key) return 'it does not follow the key that signed until then';
  return takeOver(world, data.next);
}

/** An operator went on after an anchor was found ahead of the log, on a restored copy, or after a key was lost. */
export function epochOpened(world: World, { actor, data, d }: EntryOf<'log.epoch_opened'>): Why {
  if (actor.kind !== 'keyturn') return 'its actor is not keyturn';
  if (d['reason'] === undefined) return 'an epoch without a reason';
  world.unconfirmed = false;
  return takeOver(world, data.key);
}

function takeOver(world: World, key: string): Why {
  const read = readVerifierKey(key);
  if ('why' in read) return `its key cannot be used: ${read.why}`;
  world.key = key;
  return null;
}
