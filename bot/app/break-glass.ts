import type { RequestId, Verdict } from '../core/request.ts';
import { type Changed, changeRequest } from './change-request.ts';
import type { Context, PersonCaller } from './context.ts';
import { callRefused } from './record-refusal.ts';

/** One person approves alone, in an emergency, and answers for it afterwards. */
export function breakGlass(
  context: Context,
  caller: PersonCaller,
  id: RequestId,
  said: { readonly actionDigest: string; readonly reason: string; readonly confirmTarget: string },
): Promise<Changed> {
  const { via, verifiedBy: proof } = caller.actor;
  const ask = () => ({ type: 'break-glass', person: caller.id, via, proof, ...said }) as const;
  return changeRequest(context, caller, id, ask, callRefused('break-glass'));
}

/** Somebody else says whether that was right. */
export function postReview(
  context: Context,
  caller: PersonCaller,
  id: RequestId,
  said: { readonly verdict: Verdict; readonly comment: string | null },
): Promise<Changed> {
  const { via, verifiedBy: proof } = caller.actor;
  const ask = () => ({ type: 'post-review', person: caller.id, via, proof, ...said }) as const;
  return changeRequest(context, caller, id, ask, callRefused('post-review'));
}
