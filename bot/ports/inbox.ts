import type { Instant } from '../core/request.ts';

/**
 * What came in from outside and was handled. A delivery that comes again (a retry, a replay of a
 * signed body) MUST change nothing: also after a restart, and also when the same click would have an
 * effect again by now.
 */
export interface Inbox {
  rememberDelivery(source: string, delivery: string, at: Instant): void;
  forgetDeliveries(before: Instant): void;
}

export interface KnownDeliveries {
  knowsDelivery(source: string, delivery: string): boolean;
}
