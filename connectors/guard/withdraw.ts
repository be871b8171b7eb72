import type { Answer } from './client.ts';
import { Ended, EXIT } from './exit-codes.ts';
import { persist } from './persist.ts';
import { sentence } from './refused.ts';
import type { Session } from './session.ts';
import { type RequestView, readRequest } from './wire.ts';

const PATIENCE_MS = 5_000;

/** Gives up: the request is cancelled at the server, so that nobody decides on what nobody waits for. */
export async function withdraw(session: Session, request: RequestView): Promise<never> {
  const { interruption } = session;
  const answer = await cancel(session, request);
  if (answer.kind === 'answered') {
    const { state, label } = answer.value;
    throw new Ended(EXIT.gaveUp, `${interruption.reason}. Request ${label} is ${state}.`, answer.value);
  }
  const rest =
    answer.kind === 'refused'
      ? `Request ${request.label} could not be cancelled: ${sentence(answer.refusal)}`
      : `Keyturn cannot be reached. It cancels request ${request.label} in 2 minutes.`;
  throw new Ended(EXIT.gaveUp, `${interruption.reason}. ${rest}`, request);
}

/** Cancels for the guard's own reasons; whether that worked changes nothing for the caller. */
export async function cancel(session: Session, request: RequestView): Promise<Answer<RequestView>> {
  const { client, interruption, key, progress } = session;
  progress.status('cancelling', () => `cancelling request ${request.label}`);
  const path = `/v1/requests/${request.id}/cancel`;
  const signal = interruption.leaving.aborted ? interruption.patience(PATIENCE_MS) : interruption.hurrying;
  // With the submission's key: where two submissions joined in one request, only this one leaves.
  return persist(
    () => client.call({ method: 'POST', path, body: '{}', key, timeoutMs: PATIENCE_MS, signal }, readRequest),
    { until: Date.now() + PATIENCE_MS, signal },
  );
}
