import type { Answer } from './client.ts';
import { Ended, EXIT } from './exit-codes.ts';
import { persist } from './persist.ts';
import { endOfSubmission } from './refused.ts';
import type { Leaving, Session } from './session.ts';
import { type RequestView, readRequest } from './wire.ts';
import { withdraw } from './withdraw.ts';

/** For how long a server that cannot be reached is tried. */
const PATIENCE_MS = 10_000;
/** For how long the id is looked for when the caller gives up in the middle. */
const LEAVING_MS = 5_000;

/** Sends the submission, as often as it takes, under one key. */
export async function submit(session: Session): Promise<RequestView> {
  const { progress, interruption } = session;
  const until = Date.now() + PATIENCE_MS;
  endIfLeaving(interruption);
  let mayHaveArrived = false;
  const answer = await persist(
    async () => {
      const attempt = await send(session, Math.max(1_000, until - Date.now()), interruption.leaving);
      mayHaveArrived ||= attempt.kind === 'unreachable' && attempt.sent;
      return attempt;
    },
    {
      until,
      signal: interruption.leaving,
      onUnreachable: (why) =>
        progress.status('unreachable', () => `cannot reach Keyturn (${why}), trying again`),
    },
  );
  if (interruption.leaving.aborted) return leave(session, answer, mayHaveArrived);
  if (answer.kind === 'refused') throw endOfSubmission(answer.refusal);
  if (answer.kind === 'unreachable') {
    throw new Ended(EXIT.unreachable, `cannot reach Keyturn (${answer.why}). Nothing was run.`);
  }
  return answer.value;
}

/** For the steps before anything is sent. */
export function endIfLeaving(interruption: Leaving): void {
  if (interruption.leaving.aborted)
    throw new Ended(EXIT.gaveUp, `${interruption.reason}. Nothing was submitted.`);
}

/** Gives up during the submission. The server may have the request already, so its id is asked for once more. */
async function leave(session: Session, answer: Answer<RequestView>, mayHaveArrived: boolean): Promise<never> {
  const { interruption } = session;
  const patience = interruption.patience(LEAVING_MS);
  let known = answer;
  if (known.kind === 'unreachable' && mayHaveArrived) {
    session.progress.status('leaving', () => 'giving up, asking Keyturn to cancel');
    known = await persist(() => send(session, LEAVING_MS, patience), {
      until: Date.now() + LEAVING_MS,
      signal: patience,
    });
  }
  if (known.kind === 'answered') return withdraw(session, known.value);
  const rest =
    known.kind === 'refused' || !mayHaveArrived
      ? 'Nothing was submitted.'
      : 'Keyturn cannot be reached. If it has the request, it cancels it in 2 minutes.';
  throw new Ended(EXIT.gaveUp, `${interruption.reason}. ${rest}`);
}

function send(session: Session, timeoutMs: number, signal: AbortSignal): Promise<Answer<RequestView>> {
  const { client, body, key } = session;
  return client.call({ method: 'POST', path: '/v1/requests', body, key, timeoutMs, signal }, readRequest);
}
