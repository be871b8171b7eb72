import type { JsonObject } from '../../bot/core/canonical-json.ts';
import { type Digest, sha256Hex } from '../../bot/core/digest.ts';
import type { RequestId } from '../../bot/core/request.ts';
import type { Released } from '../../bot/ports/home.ts';
import type { ClaimView } from '../api/schema-worker.ts';

/** What this worker asked, and how it looks at what came back. */
export interface Asked {
  readonly request: RequestId;
  readonly challenge: string;
  /** What the bot signed as a grant, or null. */
  readonly verify: (envelope: ClaimView['grant']) => unknown;
  readonly definitionOf: (settings: object) => Digest;
  readonly wall: () => number;
}

/**
 * The answer of a claim, or what is wrong with it. Everything that runs hangs on the signed grant: the
 * action by its digest, the executor by its definition, the try by its number, and all of it to this
 * very claim by the challenge. So whoever stands between here and the bot can change none of it, nor
 * bring an older answer or another request's.
 */
export function checkClaim(claim: ClaimView, asked: Asked): Released | string {
  const signed = asked.verify(claim.grant);
  if (typeof signed !== 'object' || signed === null) return 'its grant is not signed by the bot';
  const grant = signed as Readonly<Record<string, unknown>>;
  const { action_text: actionText, action_digest: actionDigest, settings } = claim;
  if (grant['request'] !== asked.request || claim.request !== asked.request)
    return 'its grant is for another request';
  if (grant['challenge'] !== asked.challenge) return 'its grant answers another claim';
  if (grant['attempt'] !== claim.attempt) return 'its grant is for another try';
  if (grant['definition'] !== asked.definitionOf(settings)) return 'its executor is not what was approved';
  if (grant['action_digest'] !== actionDigest || `sha256:${sha256Hex(actionText)}` !== actionDigest)
    return 'its payload is not what was approved';
  // NaN fails the comparison, so a time that is none lands here too.
  if (!(Date.parse(String(grant['expires_at'])) > asked.wall())) return 'its grant is over';
  const action = JSON.parse(actionText) as {
    readonly action: string;
    readonly target: ClaimView['target'];
    readonly payload: JsonObject;
  };
  const job = {
    request: asked.request,
    attempt: claim.attempt,
    action: action.action,
    target: action.target,
    payload: action.payload,
    actionDigest: actionDigest as Digest,
    grant: claim.grant,
  };
  return { ok: true, job, leaseMs: claim.lease_ms, redact: claim.redact, settings, actionText };
}
