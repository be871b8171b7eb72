import type { RequestEvent } from '../core/event.ts';

/** An event and the entry that tells of it. */
export interface Logged {
  readonly event: RequestEvent;
  readonly seq: number;
}
