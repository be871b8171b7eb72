import { Child, failureToStart } from './child.ts';
import { beat } from './heartbeat.ts';
import { type Outcome, reportOutcome } from './outcome.ts';
import type { CommandPayload } from './payload.ts';
import type { Session } from './session.ts';
import type { RequestView } from './wire.ts';

/** Runs what was released, stays in touch while it runs, and reports how it ended. */
export async function run(
  session: Session,
  request: RequestView,
  nonce: string,
  payload: CommandPayload,
  environment: Record<string, string>,
): Promise<number> {
  const { interruption, progress } = session;
  progress.clear();
  const outcome = await runChild(session, request, nonce, payload, environment);
  interruption.takeBack();
  if (outcome.neverStarted) progress.say(`${payload.argv[0]}: ${outcome.detail}`);
  await reportOutcome(session, request, nonce, outcome);
  return outcome.exitCode;
}

async function runChild(
  session: Session,
  request: RequestView,
  nonce: string,
  payload: CommandPayload,
  environment: Record<string, string>,
): Promise<Outcome> {
  const ended = new AbortController();
  try {
    // Nothing is awaited in between: a signal goes either to the caller of this or to the command.
    const child = new Child(payload, environment);
    session.interruption.handOver((signal) => child.forward(signal));
    void beat(session, request, nonce, ended.signal, () => child.stop());
    return await child.ended;
  } catch (error) {
    return failureToStart(error);
  } finally {
    ended.abort();
  }
}
