import type { Context } from '../app/context.ts';
import type { RefusedCalls } from '../app/refuse-call.ts';

/** What every use here needs: the context, and where refusals that meet no request are put on record. */
export interface Means {
  readonly context: Context;
  readonly refusedCalls: RefusedCalls;
}
