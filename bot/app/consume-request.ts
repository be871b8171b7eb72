import { canonicalJson } from '../core/canonical-json.ts';
import { sha256Hex } from '../core/digest.ts';
import { toIsoTime } from '../core/instant.ts';
import { decide } from '../core/lifecycle/decide.ts';
import { type Refusal, refuse } from '../core/refusal.ts';
import type { ActionRequest, RequestId } from '../core/request.ts';
import { circumstances, current, record, type Writing, write } from './change-request.ts';
import type { Caller, Context } from './context.ts';
import { mayRead } from './readers.ts';
import { recordRefusal } from './record-refusal.ts';
import { storedPayload } from './stored-payload.ts';

/** How long the same key gets the same answer, for a caller whose connection broke. */
export const CONSUME_REPEAT_MS = 60_000;

export type Consumed = { readonly ok: true; readonly answer: string } | Refusal;

/**
 * Releases an approved action to its caller, once. The answer is JSON text: grant, nonce and the
 * stored payload. Of any number of callers at once, one gets it.
 */
export async function consumeRequest(
  context: Context,
  caller: Caller,
  id: RequestId,
  actionDigest: string,
  idempotencyKey: string | null,
  /** What belongs to it, in the same transaction. */
  also: (writing: Writing, nonce: string) => void = () => undefined,
): Promise<Consumed> {
  const key = idempotencyKey === null ? null : sha256Hex(idempotencyKey);
  await context.directories.renew();
  return write<Consumed>(context, (writing) => {
    const { tx, at } = writing;
    const request = current(context, writing, id);
    const no = (refusal: Refusal): Refusal => {
      recordRefusal(context, writing, caller, { type: 'grant.refused', code: refusal.code }, request);
      return refusal;
    };
    if (request === null || !mayRead(context.rulebook, caller, request)) return no(refuse('NOT_FOUND'));
    // An older copy of this log may hold what was released long ago.
    if (context.guard.why() !== null) return no(refuse('UNAVAILABLE'));
    const past = tx.consumed(id);
    const isSame = key === past?.key && actionDigest === request.actionDigest;
    const repeats = past !== null && isSame && at - past.at <= CONSUME_REPEAT_MS;
    if (repeats && caller.id === request.requester.id) return { ok: true, answer: past.answer };

    const actionText = tx.actionText(id);
    const nonce = Buffer.from(context.random.bytes(32)).toString('base64url');
    const command = {
      type: 'consume',
      by: caller.actor,
      actionDigest,
      storedDigest: `sha256:${sha256Hex(actionText)}`,
      nonceDigest: `sha256:${sha256Hex(nonce)}`,
    } as const;
    const decision = decide(request, command, circumstances(context, writing, request));
    if (!decision.ok) return no(decision);
    record(context, writing, request, decision.events, caller.actor);
    const answer = grantAnswer(context, caller, writing, request, nonce, actionText);
    if (key !== null) tx.rememberConsume(id, { key, answer, at });
    also(writing, nonce);
    return { ok: true, answer };
  });
}

function grantAnswer(
  context: Context,
  caller: Caller,
  { at }: Writing,
  request: ActionRequest,
  nonce: string,
  actionText: string,
): string {
  const grant = context.signer.sign({
    request: request.id,
    action_digest: request.actionDigest,
    nonce,
    expires_at: toIsoTime(request.usableUntil ?? at),
    audience: caller.key,
  });
  return JSON.stringify({ grant, nonce })
    .slice(0, -1)
    .concat(`,"payload":${canonicalJson(storedPayload(actionText))}}`);
}
