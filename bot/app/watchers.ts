import type { RequestId } from '../core/request.ts';

/** Wakes who waits in this process for a change: long polls, event streams, the relay. */
export interface Watchers {
  /** Calls back after each committed change of this request (or of any, for `null`). Returns how to stop. */
  watch(id: RequestId | null, onChange: () => void): () => void;
  wake(ids: Iterable<RequestId>): void;
}

export function createWatchers(): Watchers {
  const byId = new Map<RequestId | null, Set<() => void>>();
  const call = (id: RequestId | null) => {
    for (const onChange of [...(byId.get(id) ?? [])]) onChange();
  };
  return {
    watch(id, onChange) {
      const set = byId.get(id) ?? new Set();
      byId.set(id, set.add(onChange));
      return () => {
        set.delete(onChange);
        if (set.size === 0 && byId.get(id) === set) byId.delete(id);
      };
    },
    wake(ids) {
      let any = false;
      for (const id of ids) {
        any = true;
        call(id);
      }
      if (any) call(null);
    },
  };
}
