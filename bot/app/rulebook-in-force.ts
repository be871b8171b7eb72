import type { Rulebook } from '../ports/rulebook.ts';

/**
 * The one rulebook that everything is judged by, from one moment to the next. Whatever decides MUST
 * read it inside the transaction in which it decides, once: it changes only between two of them.
 */
export interface RulebookInForce {
  readonly now: Rulebook;
  /** Takes the place of the one before. MUST be called inside the transaction that puts it on record; undo it if that fails. */
  put(next: Rulebook): () => void;
  /** The open requests that are meeting it now, or null. */
  meeting: Promise<void> | null;
}

export function rulebookInForce(first: Rulebook): RulebookInForce {
  let now = first;
  return {
    get now() {
      return now;
    },
    put(next) {
      const before = now;
      now = next;
      return () => {
        now = before;
      };
    },
    meeting: null,
  };
}
