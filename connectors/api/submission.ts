import type { Submission } from '../../bot/app/submit-request.ts';
import type { JsonObject } from '../../bot/core/canonical-json.ts';
import type { SubmitBody } from './schema.ts';

/** The body of a submission as the use case wants it. */
export function toSubmission(said: SubmitBody): Submission {
  return {
    action: said.action,
    target: said.target,
    reason: said.reason,
    onBehalfOf: said.on_behalf_of ?? null,
    // Strictly parsed JSON: nothing but JSON values can stand in it.
    payload: said.payload as JsonObject,
    links: said.links ?? [],
    expiresInS: said.expires_in ?? null,
    hold: said.hold ?? 'poll',
  };
}
