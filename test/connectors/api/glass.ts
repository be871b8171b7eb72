import type { BreakGlassRule } from '../../../bot/core/break-glass.ts';
import { toPlace } from '../../../bot/core/place.ts';
import type { RulebookChanges, Who } from '../../helpers/rulebook.ts';
import { startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';
import { type Held, HOUR } from './world.ts';

export const REASON = 'INC-7: checkout is down, rolling back the last deploy of orders';
export const TARGET = 'postgres/prod/orders';
export const EXPORT = { action: 'db.export' };

/** A dba may break the glass in prod; security reviews it within a day. */
export function glassRule(changes: Partial<BreakGlassRule> = {}): BreakGlassRule {
  return {
    match: { environment: ['prod'] },
    who: ['dba'],
    reasonMin: 40,
    notify: [toPlace('room')],
    reviewBy: ['security'],
    reviewWithinMs: 24 * HOUR,
    ...changes,
  };
}

export const firm = (more: RulebookChanges = {}) => startKeyturn({ breakGlass: [glassRule()], ...more });

export function glass(
  keyturn: TestKeyturn,
  who: Who,
  { id, action_digest }: Held,
  more: Record<string, unknown> = {},
) {
  const body = { action_digest, reason: REASON, confirm_target: TARGET, ...more };
  return keyturn.post(who, `/v1/requests/${id}/break-glass`, body);
}

export async function seeAndBreak(
  keyturn: TestKeyturn,
  who: Who,
  held: Held,
  more: Record<string, unknown> = {},
) {
  await keyturn.get(who, `/v1/requests/${held.id}/payload`);
  return glass(keyturn, who, held, more);
}

export function postReview(
  keyturn: TestKeyturn,
  who: Who,
  { id }: Pick<Held, 'id'>,
  verdict: 'approve' | 'reject' | 'flag',
  more: Record<string, unknown> = {},
) {
  return keyturn.post(who, `/v1/requests/${id}/post-review`, { verdict, comment: 'I looked at it', ...more });
}
