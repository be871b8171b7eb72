import type { PersonCaller } from '../app/context.ts';
import { toRequestId } from '../app/context.ts';
import { lookAt } from '../app/look-at-request.ts';
import { readRequest } from '../app/read-requests.ts';
import { type Refusal, refuse } from '../core/refusal.ts';
import { button } from '../views/buttons.ts';
import { refusalLines } from '../views/refusal-answer.ts';
import { type Answer, text } from './answer.ts';
import type { Means } from './means.ts';

/** A use case said no, and put it on record. The clicker is told why, and what was decided if it was. */
export async function refused(
  { context }: Means,
  caller: PersonCaller,
  id: string,
  refusal: Refusal,
): Promise<Answer> {
  // Read as this person: who may not know of it is told nothing of it.
  const request = await readRequest(context, caller, toRequestId(id));
  const look = request === null ? null : lookAt(context, request.id);
  const next =
    refusal.code === 'FULL_VIEW_REQUIRED' && look !== null
      ? [button('view', { request: look.request.id, digest: look.request.actionDigest })]
      : [];
  return text(false, refusalLines(refusal, caller.id, look), next);
}

/** There is no such request, for this person. That it was asked for is on record. */
export async function notFound({ refusedCalls }: Means, caller: PersonCaller, call: string): Promise<Answer> {
  const refusal = refuse('NOT_FOUND');
  await refusedCalls.authenticated(caller, call, refusal.code);
  return text(false, refusalLines(refusal, caller.id, null));
}
