import type { JsonObject } from '../core/canonical-json.ts';
import { redact } from '../core/redaction.ts';
import { type Refusal, refuse } from '../core/refusal.ts';
import type { ActionRequest, RequestId } from '../core/request.ts';
import { renderView } from '../core/view.ts';
import { changeRequest } from './change-request.ts';
import { type Caller, type Context, isPerson } from './context.ts';
import { mayViewPayload } from './readers.ts';
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
    (request) =>
      isPerson(caller) && mayViewPayload(context.rulebook, caller, request)
        ? { type: 'view', person: caller.id }
        : refuse('FORBIDDEN'),
    (code) => ({ type: 'client.refused', code, call: 'payload', times: 1, text: {} }),
  );
  return viewed.ok ? served(context, viewed.request) : viewed;
}

/** What the view is made of, for a request that this caller may view. */
export function served(context: Context, request: ActionRequest): ViewedPayload {
  const whole = storedPayload(context.store.committed.actionText(request.id));
  const { payload, redacted } = redact(whole, request.redact);
  return { ok: true, request, payload, redacted, view: renderView(whole, request.redact).text };
}
