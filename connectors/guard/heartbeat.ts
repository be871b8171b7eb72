import { pause } from './persist.ts';
import { sentence } from './refused.ts';
import type { Session } from './session.ts';
import { type RequestView, readRequest } from './wire.ts';

const LONGEST_PAUSE_MS = 10_000;
const ATTEMPT_MS = 10_000;

/**
 * Says that the command still runs, until the signal is aborted, and hears whether it ought to stop.
 * A server that is away changes nothing: the command was released, and goes on.
 */
export async function beat(
  { client, progress }: Session,
  request: RequestView,
  nonce: string,
  signal: AbortSignal,
  stop: () => void,
): Promise<void> {
  const pauseMs = Math.min(LONGEST_PAUSE_MS, (request.outcomeWithinMs ?? Number.POSITIVE_INFINITY) / 3);
  const path = `/v1/requests/${request.id}/heartbeat`;
  const body = JSON.stringify({ nonce });
  let warned = false;
  let stopping = false;
  for (;;) {
    await pause(pauseMs, signal);
    if (signal.aborted) return;
    const answer = await client.call(
      { method: 'POST', path, body, timeoutMs: ATTEMPT_MS, signal },
      readRequest,
    );
    if (signal.aborted) return;
    if (answer.kind === 'answered') {
      if (!answer.value.stopRequested || stopping) continue;
      stopping = true;
      progress.say(`request ${request.label} is to stop; ending the command`);
      stop();
    } else if (!warned) {
      warned = true;
      const why = answer.kind === 'refused' ? sentence(answer.refusal) : answer.why;
      progress.say(`cannot tell Keyturn that the command still runs: ${why}`);
    }
  }
}
