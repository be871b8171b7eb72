import { type Refusal, refuse } from '../core/refusal.ts';
import type { RequestId } from '../core/request.ts';
import { type Caller, type Context, isPerson } from './context.ts';
import { readRequest } from './read-requests.ts';
import { mayViewPayload } from './readers.ts';
import { served, type ViewedPayload } from './view-payload.ts';

/**
 * The payload for a face that shows it in parts: not on record, since nobody has seen it all yet. Who
 * has been given every part MUST be put on record with `viewPayload`.
 */
export async function peekPayload(
  context: Context,
  caller: Caller,
  id: RequestId,
): Promise<ViewedPayload | Refusal> {
  const request = await readRequest(context, caller, id);
  if (request === null) return refuse('NOT_FOUND');
  const may = isPerson(caller) && mayViewPayload(context.rulebook, caller, request);
  return may ? served(context, request) : refuse('FORBIDDEN');
}
