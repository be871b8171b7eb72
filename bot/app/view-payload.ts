import type { JsonObject } from '../core/canonical-json.ts';
import { redact } from '../core/redaction.ts';
import { type Refusal, refuse } from '../core/refusal.ts';
import type { ActionRequest, RequestId } from '../core/request.ts';
import { renderView } from '../core/view.ts';
import { changeRequest } from './change-request.ts';
import { type Caller, type Context, isPerson } from './context.ts';
import { mayViewPayload } from './readers.ts';
import { callRefused } from './record-refusal.ts';
import { storedPayload } from './stored-payload.ts';

export interface ViewedPayload {
  readonly ok: true;
  readonly request: ActionRequest;
  /** Whole and uncut, except for the redacted values. */
  readonly payload: JsonObject;
  readonly view: string;
  readonly redacted: readonly string[];
}

/** Serves everything there is to see, after it is on record that this person was served it. */
export async function viewPayload(
  context: Context,
  caller: Caller,
  id: RequestId,
): Promise<ViewedPayload | Refusal> {
  const viewed = await changeRequest(
    context,
    caller,
    id,
    (request) => {
      if (!isPerson(caller) || !mayViewPayload(context.rulebook, caller, request)) return refuse('FORBIDDEN');
      return request.payloadErasedAt === null ? { type: 'view', person: caller.id } : erased();
    },
    callRefused('payload'),
  );
  return viewed.ok ? served(context, viewed.request) : viewed;
}

/** Its time is over. What was decided on it, and its digest, are still in the log. */
export function erased(): Refusal {
  return refuse('EXPIRED', { reason: 'payload_erased' });
}

/** What the view is made of, for a request that this caller may view. */
export function served(context: Context, request: ActionRequest): ViewedPayload | Refusal {
  if (request.payloadErasedAt !== null) return erased();
  const whole = storedPayload(context.store.committed.actionText(request.id));
  const { payload, redacted } = redact(whole, request.redact);
  return { ok: true, request, payload, redacted, view: renderView(whole, request.redact).text };
}
