import type { EntryOf } from './replay-shape.ts';
import type { Why, World } from './replay-state.ts';

/** Accounts come one at a time. Which one it was stands beside the log, so here they are only counted. */
export function linked(world: World, { data, actor }: EntryOf<'identity.linked'>): Why {
  if (actor.kind !== 'keyturn') return 'its actor is not keyturn';
  const { person, links } = data;
  // The first entry of a person gives them their id, and links nothing.
  return links === undefined ? null : counted(world, person, links, 1);
}

export function unlinked(world: World, { data, actor }: EntryOf<'identity.unlinked'>): Why {
  if (actor.kind !== 'keyturn') return 'its actor is not keyturn';
  return counted(world, data.person, data.links, -1);
}

function counted(world: World, person: string, links: number, step: 1 | -1): Why {
  const before = world.links.get(person) ?? (world.whole ? 0 : links - step);
  if (links !== before + step)
    return `${person} had ${before} linked accounts before it and has ${links} after it`;
  if (links === 0) world.links.delete(person);
  else world.links.set(person, links);
  return null;
}
