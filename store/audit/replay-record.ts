import type { EntryOf } from './replay-shape.ts';
import type { Why, World } from './replay-state.ts';

/** Somebody took a copy of the log. It cannot hold what was not written yet. */
export function exported({ actor, data, seq }: EntryOf<'audit.exported'>): Why {
  if (actor.kind !== 'person') return 'exported by no person';
  return data.from <= data.to && data.to <= seq ? null : 'it exports entries that there were not';
}

/** A text is erased by a person, after it was written, and with a reason that is on record. */
export function erased({ actor, data, d, seq }: EntryOf<'disclosure.erased'>): Why {
  if (actor.kind !== 'person') return 'erased by no person';
  if (data.seq >= seq) return 'it erases a text of an entry that comes after it';
  return d['reason'] === undefined ? 'erased without a reason' : null;
}

/** A payload goes by itself, and not while somebody has yet to look at what was run with it. */
export function payloadErased({ unreviewed }: World, { actor, subject }: EntryOf<'payload.erased'>): Why {
  if (actor.kind !== 'keyturn') return 'its actor is not keyturn';
  return subject !== null && unreviewed.has(subject.number)
    ? 'the payload of a broken glass that nobody has reviewed'
    : null;
}

/** Old entries leave by themselves when their time is over. What leaves must have been there. */
export function pruned({ actor, data, seq }: EntryOf<'log.pruned'>): Why {
  if (actor.kind !== 'keyturn') return 'its actor is not keyturn';
  return data.before <= seq ? null : 'it prunes entries that there were not';
}
