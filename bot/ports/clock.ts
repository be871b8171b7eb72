import type { Instant } from '../core/request.ts';

/** `wall` may step in either direction. `steady` MUST never go back while the process lives. Both in ms. */
export interface Clock {
  wall(): Instant;
  steady(): number;
}
