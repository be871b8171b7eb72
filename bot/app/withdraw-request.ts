import type { RequestId } from '../core/request.ts';
import { type Changed, changeRequest } from './change-request.ts';
import type { Caller, Context, PersonCaller } from './context.ts';
import { callRefused } from './record-refusal.ts';
import { submissionKey } from './run-of.ts';

/** With the submission's idempotency key only that submission leaves; the last one takes the request along. */
export function cancelRequest(
  context: Context,
  caller: Caller,
  id: RequestId,
  idempotencyKey: string | null,
): Promise<Changed> {
  const key = idempotencyKey === null ? null : submissionKey(caller, idempotencyKey);
  return changeRequest(
    context,
    caller,
    id,
    () => ({ type: 'cancel', by: caller.actor, key }),
    callRefused('cancel'),
  );
}

export function revokeRequest(
  context: Context,
  caller: PersonCaller,
  id: RequestId,
  comment: string,
): Promise<Changed> {
  const ask = () => ({ type: 'revoke', person: caller.id, comment }) as const;
  return changeRequest(context, caller, id, ask, callRefused('revoke'));
}

export function stopRequest(
  context: Context,
  caller: PersonCaller,
  id: RequestId,
  comment: string,
): Promise<Changed> {
  const ask = () => ({ type: 'stop', person: caller.id, comment }) as const;
  return changeRequest(context, caller, id, ask, callRefused('stop'));
}

export function clearRequest(
  context: Context,
  caller: PersonCaller,
  id: RequestId,
  comment: string,
): Promise<Changed> {
  const ask = () => ({ type: 'clear', person: caller.id, comment }) as const;
  return changeRequest(context, caller, id, ask, callRefused('clear'));
}

export function settleRequest(
  context: Context,
  caller: PersonCaller,
  id: RequestId,
  { status, comment }: { readonly status: 'succeeded' | 'failed'; readonly comment: string },
): Promise<Changed> {
  const ask = () => ({ type: 'settle', person: caller.id, status, comment }) as const;
  return changeRequest(context, caller, id, ask, callRefused('settle'));
}
