import { expect } from 'vitest';
import { readLog } from '../connectors/api/world.ts';
import { tokenOf } from '../helpers/rulebook.ts';
import type { TestKeyturn } from '../helpers/start-keyturn.ts';

export const LIMITS = { openPerRequester: 'unlimited', newPerMinute: 'unlimited' } as const;
/** What only a person's vote, or Keyturn after one, writes. */
const TOWARDS =
  /^(review\.|request\.approved|break_glass\.|grant\.issued|execution\.|request\.cleared|requester\.cleared)/;

export interface Held {
  readonly id: string;
  readonly action_digest: string;
}

/** Every body that a call of ours takes, filled for this request, and some that none should. */
export function bodies({ id, action_digest }: Held): readonly unknown[] {
  return [
    {},
    { verdict: 'approve', action_digest },
    { verdict: 'approve' },
    { action_digest },
    {
      action_digest,
      reason: 'the house is on fire, and everybody is asleep',
      confirm_target: 'postgres/prod/orders',
    },
    { comment: 'looks good to me' },
    { status: 'succeeded', comment: 'it is fine' },
    { nonce: 'x', status: 'succeeded' },
    { state: 'approved', action_digest, request: id },
    {
      click: { request: id, verdict: 'approve', digest: action_digest },
      text: `approve ${id}`,
      token: tokenOf('agent'),
    },
  ];
}

/** Holds the state as it is: no vote, no seat, no release. */
export async function expectUntouched(keyturn: TestKeyturn, held: Held, by: string): Promise<void> {
  const { body } = await keyturn.get('alice', `/v1/requests/${held.id}`);
  const filled = body.seats.flatMap(({ filled_by }: { filled_by: string[] }) => filled_by);
  expect({ by, filled, reviews: body.reviews }).toEqual({ by, filled: [], reviews: [] });
  expect([by, ['pending', 'cancelled'].includes(body.state)]).toEqual([by, true]);
}

export async function expectNothingInTheLog(keyturn: TestKeyturn): Promise<void> {
  const types = (await readLog(keyturn)).map(({ type }) => type).filter((type) => TOWARDS.test(type));
  expect(types).toEqual([]);
}
