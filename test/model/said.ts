import type { Person, Who } from './firm.ts';
import type { Body } from './ruling.ts';

export type Verdict = 'approve' | 'reject' | 'flag';
export type Ended = 'succeeded' | 'failed';

/** One call on one request by one caller. */
type On<Call extends string, More = unknown> = {
  readonly call: Call;
  readonly who: Who;
  readonly id: string;
} & More;

export type SaidOn =
  | On<'view'>
  | On<
      'review',
      {
        readonly verdict: Verdict;
        readonly digest: string;
        readonly comment: string | null;
        readonly via: 'api' | 'room';
      }
    >
  | On<
      'glass',
      {
        readonly digest: string;
        readonly reason: string;
        readonly target: string;
        readonly via: 'api' | 'room';
      }
    >
  | On<'post-review', { readonly verdict: Verdict; readonly comment: string; readonly via: 'api' | 'room' }>
  | On<'cancel', { readonly key: string | null }>
  | On<'revoke', { readonly comment: string }>
  | On<'stop', { readonly comment: string }>
  | On<'clear', { readonly comment: string }>
  | On<'settle', { readonly status: Ended; readonly comment: string }>
  | On<'consume', { readonly digest: string; readonly key: string | null }>
  | On<'outcome', { readonly nonce: string; readonly status: Ended; readonly exitCode: number | null }>
  | On<'heartbeat', { readonly nonce: string }>
  | On<'read'>
  | On<'poll'>;

export type SaidBy =
  | {
      readonly call: 'submit';
      readonly who: Who;
      readonly body: Body;
      readonly key: string | null;
      /** Somebody stands behind it whom a connector knows and the policy does not. */
      readonly hasStranger: boolean;
    }
  | { readonly call: 'list'; readonly who: Who }
  | {
      readonly call: 'clear requester';
      readonly who: Who;
      readonly requester: Person | 'agent' | 'ci' | 'nobody';
      readonly comment: string;
    }
  | SaidOn;

/** Everything that can be said to the bot in a history: the calls of its use cases, and its timers. */
export type Said = SaidBy | { readonly call: 'sweep' | 'leave' | 'forget' };

export type Call = Said['call'];
