import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Answer } from './client.ts';
import { Ended, EXIT } from './exit-codes.ts';
import { persist } from './persist.ts';
import { endOfCall } from './refused.ts';
import type { Session } from './session.ts';
import { type Release, type RequestView, readRelease } from './wire.ts';
import { cancel, withdraw } from './withdraw.ts';

/** Shorter than the minute in which the same key gives the same answer. */
const PATIENCE_MS = 30_000;
const ATTEMPT_MS = 10_000;
const LEAVING_MS = 5_000;
/** The request is as it was: approved, and released to whoever asks next. */
const STILL_APPROVED = new Set(['FREEZE_IN_FORCE', 'DIGEST_MISMATCH']);

/** Takes the approval: the server gives it away once, so from here on it is this process or nobody. */
export async function consume(session: Session, request: RequestView): Promise<Release> {
  const { progress, interruption } = session;
  const key = randomUUID();
  // A signal that comes now does not stop the call: whether it was taken is worth a few seconds.
  const signal = interruption.patience(LEAVING_MS);
  const answer = await persist(() => attempt(session, request, key, signal), {
    until: Date.now() + PATIENCE_MS,
    signal,
    onUnreachable: (why) =>
      progress.status('unreachable', () => `cannot reach Keyturn (${why}), trying again`),
  });
  if (answer.kind === 'answered') return answer.value;
  if (interruption.leaving.aborted) return withdraw(session, request);
  if (answer.kind === 'unreachable') {
    const why = `request ${request.label} is approved, but Keyturn cannot be reached (${answer.why})`;
    throw new Ended(EXIT.unreachable, `${why}. Nothing was run.`, request);
  }
  if (STILL_APPROVED.has(answer.refusal.code ?? '')) await cancel(session, request);
  throw endOfCall(answer.refusal, request);
}

/**
 * Whether the server releases what was submitted. Both are compared as JSON, so what the approvers
 * were shown, what was submitted and what is about to run are the same value, not the same claim.
 */
export function isWhatWasSubmitted(release: Release, submitted: object): boolean {
  return isDeepStrictEqual(release.payload, JSON.parse(JSON.stringify(submitted)));
}

async function attempt(
  { client }: Session,
  request: RequestView,
  key: string,
  signal: AbortSignal,
): Promise<Answer<Release>> {
  const path = `/v1/requests/${request.id}/consume`;
  const body = JSON.stringify({ action_digest: request.actionDigest });
  const answer = await client.call(
    { method: 'POST', path, body, key, timeoutMs: ATTEMPT_MS, signal },
    readRelease,
  );
  // A directory that is away for a moment is no decision.
  return answer.kind === 'refused' && answer.refusal.status === 503
    ? { kind: 'unreachable', why: answer.refusal.detail, sent: true }
    : answer;
}
