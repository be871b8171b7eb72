import type { Answer } from './client.ts';
import { Ended, EXIT } from './exit-codes.ts';
import { pause, persist } from './persist.ts';
import { endOfCall, isOpen } from './refused.ts';
import type { Session } from './session.ts';
import { type RequestView, readRequest } from './wire.ts';
import { withdraw } from './withdraw.ts';

/** Below what the server allows, so that it answers first. */
const LONG_POLL_S = 50;
const NETWORK_MS = 10_000;
/** How long after expiry a server that is there needs to say so. */
const GRACE_MS = 3_000;
/** A request without an expiry: as long as a server that is back would still know us. */
const NO_EXPIRY_MS = 120_000;
const QUICK_MS = 500;

/** Waits until people have decided. Gives up by itself only when Keyturn stays away past the expiry. */
export async function waitForDecision(session: Session, submitted: RequestView): Promise<RequestView> {
  const { progress, interruption } = session;
  let request = submitted;
  while (isOpen(request)) {
    const shown = request;
    const expiryMs = shown.expiresAtMs ?? Date.now() + NO_EXPIRY_MS;
    progress.status(`waits ${shown.waitingFor.join()}`, () => describe(shown));
    const startedAt = Date.now();
    const answer = await persist(() => poll(session, shown, expiryMs), {
      until: expiryMs,
      signal: interruption.leaving,
      onUnreachable: (why) =>
        progress.status('unreachable', () => `cannot reach Keyturn (${why}), trying again`),
    });
    if (interruption.leaving.aborted)
      return withdraw(session, answer.kind === 'answered' ? answer.value : shown);
    if (answer.kind === 'refused') throw endOfCall(answer.refusal, shown);
    if (answer.kind === 'unreachable') {
      const why = `Keyturn cannot be reached (${answer.why}) and the request's time is over`;
      throw new Ended(EXIT.unreachable, `request ${shown.label}: ${why}. Nothing was run.`);
    }
    request = answer.value;
    // Something in between that answers at once must not be asked a thousand times a second.
    if (isOpen(request) && Date.now() - startedAt < QUICK_MS) await pause(QUICK_MS, interruption.leaving);
  }
  return request;
}

function poll(session: Session, request: RequestView, expiryMs: number): Promise<Answer<RequestView>> {
  const leftMs = Math.max(0, expiryMs - Date.now());
  const waitS = Math.min(LONG_POLL_S, Math.ceil(leftMs / 1_000) + 1);
  const path = `/v1/requests/${request.id}?wait=${waitS}&known=${encodeURIComponent(request.state)}`;
  const timeoutMs = Math.min(waitS * 1_000 + NETWORK_MS, leftMs + GRACE_MS);
  return session.client.call(
    { method: 'GET', path, timeoutMs, signal: session.interruption.leaving },
    readRequest,
  );
}

function describe(request: RequestView): string {
  const seats = request.waitingFor.length === 0 ? 'a decision' : request.waitingFor.join(', ');
  const left =
    request.expiresAtMs === null ? '' : ` (expires in ${inWords(request.expiresAtMs - Date.now())})`;
  return `request ${request.label} waits for ${seats}${left}`;
}

function inWords(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 2 * 3_600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 48 * 3_600 ? `${Math.floor(seconds / 3_600)} h` : `${Math.floor(seconds / 86_400)} days`;
}
