import type { RefusalCode } from '../core/refusal.ts';
import { write } from './change-request.ts';
import { type Caller, type Context, KEYTURN } from './context.ts';

const MINUTE_MS = 60_000;
/** Beyond this many in a minute one entry counts them, so that nobody can fill the disk with noes. */
const MOST_A_MINUTE = 120;

/** Puts refused calls that never reached a request on the record. */
export interface RefusedCalls {
  authenticated(caller: Caller, call: string, code: RefusalCode): Promise<void>;
  /** At most one entry per source and minute; the rest are counted in the next. */
  unauthenticated(source: string, call: string): Promise<void>;
}

export function recordRefusedCalls(context: Context, now: () => number): RefusedCalls {
  const counts = new Map<string, { since: number; told: number; untold: number }>();
  const untoldOf = (key: string, most: number): number | null => {
    const at = now();
    if (counts.size > 10_000)
      for (const [old, { since }] of counts) if (at - since > MINUTE_MS) counts.delete(old);
    const known = counts.get(key);
    if (known === undefined || at - known.since >= MINUTE_MS) {
      counts.set(key, { since: at, told: 1, untold: 0 });
      return 1 + (known?.untold ?? 0);
    }
    if (known.told < most) {
      known.told += 1;
      return 1;
    }
    known.untold += 1;
    return null;
  };
  return {
    async authenticated(caller, call, code) {
      const times = untoldOf(`caller ${caller.id}`, MOST_A_MINUTE);
      if (times === null) return;
      const event = { type: 'client.refused', code, call, times, text: {} } as const;
      await write(context, ({ tx, at }) => void tx.append(event, caller.actor, at, null));
    },
    async unauthenticated(source, call) {
      const times = untoldOf(`source ${source}`, 1);
      if (times === null) return;
      const event = {
        type: 'client.refused',
        code: 'UNAUTHENTICATED',
        call,
        times,
        text: { source },
      } as const;
      await write(context, ({ tx, at }) => void tx.append(event, KEYTURN, at, null));
    },
  };
}
