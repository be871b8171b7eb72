import type { Digest } from '../core/digest.ts';
import type { OutboundType } from '../core/outbound-event.ts';
import type { Place } from '../core/place.ts';
import type { Instant } from '../core/request.ts';

/** What became of one try. `gone`: the endpoint wants nothing any more. */
export type Sent =
  | { readonly kind: 'taken' }
  | { readonly kind: 'gone' }
  /** `quietMs`: how long nothing at all should be sent there. */
  | { readonly kind: 'failed'; readonly why: string; readonly quietMs: number };

/**
 * An address of an operator that is told of requests. `send` MUST answer `taken` only once the other side
 * said that it has the message, and MUST end soon after `signal` aborts; it then rejects. `why` MUST NOT
 * hold the address, which may be a secret.
 */
export interface EventEndpoint {
  readonly name: string;
  readonly types: ReadonlySet<OutboundType>;
  /** Another one after the operator gave another address. */
  readonly address: Digest;
  send(message: { readonly id: string; readonly body: string }, signal: AbortSignal): Promise<Sent>;
}

export interface KnownGone {
  /** Whether this address of this place has said that it wants nothing any more. */
  isGone(place: Place, address: Digest): boolean;
}

export interface GoneKeeping {
  addGone(place: Place, address: Digest, at: Instant): void;
}
