import type { Fields } from './shapes.ts';

/** What Slack tells an app, in whichever mode. */
export interface Delivery {
  readonly kind: 'interaction' | 'command' | 'event';
  readonly payload: Fields;
}

export interface Delivered {
  readonly acked: boolean;
  /** The answer that came with the ack, for a command or a submission. */
  readonly body: Fields | null;
  readonly ms: number;
}

export interface Wire {
  deliver(delivery: Delivery, attempt: number): Promise<Delivered>;
}
