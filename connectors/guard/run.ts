import { Child, type ChildEnd, failureToStart } from './child.ts';
import { EXIT } from './exit-codes.ts';
import { beat } from './heartbeat.ts';
import { reportOutcome } from './outcome.ts';
import type { CommandPayload } from './payload.ts';
import type { Session } from './session.ts';
import type { RequestView } from './wire.ts';
import type { Io } from './with-io.ts';

/** Runs what was released, stays in touch while it runs, and reports how it ended. */
export async function run(
  session: Session & Io,
  request: RequestView,
  nonce: string,
  payload: CommandPayload,
  environment: Record<string, string>,
): Promise<number> {
  const { interruption, progress } = session;
  progress.clear();
  const { exitCode, detail, neverStarted } = await runChild(session, request, nonce, payload, environment);
  interruption.takeBack();
  if (neverStarted) progress.say(`${payload.argv[0]}: ${detail}`);
  const status = exitCode === EXIT.approved ? 'succeeded' : 'failed';
  await reportOutcome(session, request, nonce, { status, exitCode, detail });
  return exitCode;
}

async function runChild(
  session: Session & Io,
  request: RequestView,
  nonce: string,
  payload: CommandPayload,
  environment: Record<string, string>,
): Promise<ChildEnd> {
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
