import type { RefusalCode } from '../core/refusal.ts';
import { write } from './change-request.ts';
import { type Context, KEYTURN } from './context.ts';
import { callRefused, type Refused, recordRefusal } from './record-refusal.ts';

/** Puts refused calls that never reached a request on the record. */
export interface RefusedCalls {
  authenticated(caller: Refused, call: string, code: RefusalCode): Promise<void>;
  /** At most one entry per source and minute; the rest are counted in the next. */
  unauthenticated(source: string, call: string): Promise<void>;
}

export function recordRefusedCalls(context: Context): RefusedCalls {
  return {
    async authenticated(caller, call, code) {
      await write(context, (writing) => recordRefusal(context, writing, caller, callRefused(call)(code)));
    },
    async unauthenticated(source, call) {
      const times = context.refusals.of(`source ${source}`, 1);
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
