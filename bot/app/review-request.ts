import type { Refusal } from '../core/refusal.ts';
import { refuse } from '../core/refusal.ts';
import type { RequestId, Verdict } from '../core/request.ts';
import { type Changed, changeRequest } from './change-request.ts';
import type { Context, PersonCaller } from './context.ts';

/** One person's vote. A person who may not even read the request is told that they are not eligible. */
export function reviewRequest(
  context: Context,
  caller: PersonCaller,
  id: RequestId,
  vote: {
    readonly verdict: Verdict;
    readonly actionDigest: string;
    readonly comment: string | null;
    readonly fromCard?: boolean;
  },
): Promise<Changed> {
  const refused = (code: Refusal['code']) => ({
    type: 'review.refused' as const,
    code,
    verdict: vote.verdict,
  });
  return changeRequest(
    context,
    caller,
    id,
    () => ({
      type: 'review',
      person: caller.id,
      via: caller.actor.via,
      proof: caller.actor.verifiedBy,
      verdict: vote.verdict,
      actionDigest: vote.actionDigest,
      comment: vote.comment,
      fromCard: vote.fromCard ?? false,
    }),
    refused,
    refuse('NOT_ELIGIBLE').code,
  );
}
