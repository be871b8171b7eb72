import type { RequestId } from '../core/request.ts';

type OnChange = (changed: readonly RequestId[]) => void;

/** Wakes who waits in this process for a change: long polls, event streams, the relay. */
export interface Watchers {
  /** Calls back after each committed change of this request (or of any, for `null`) with what changed. Returns how to stop. */
  watch(id: RequestId | null, onChange: OnChange): () => void;
  wake(ids: Iterable<RequestId>): void;
}

export function createWatchers(): Watchers {
  const byId = new Map<RequestId | null, Set<OnChange>>();
  const call = (id: RequestId | null, changed: readonly RequestId[]) => {
    for (const onChange of [...(byId.get(id) ?? [])]) onChange(changed);
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
      const changed = [...ids];
      for (const id of changed) call(id, [id]);
      if (changed.length > 0) call(null, changed);
    },
  };
}
