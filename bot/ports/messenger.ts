import type { RequestId } from '../core/request.ts';

/** That a request changed, for one place where people look. It names the request and nothing of it. */
export interface Notice {
  readonly request: RequestId;
  readonly place: string;
  /** The log entry that made the change. */
  readonly seq: number;
}

/**
 * Brings one notice to one place. `deliver` MUST read the request as it is now, so that a late
 * delivery never shows an old state. It may be called twice for one notice and MUST then change
 * nothing that people see.
 */
export interface Messenger {
  readonly place: string;
  deliver(notice: Notice): Promise<void>;
}
