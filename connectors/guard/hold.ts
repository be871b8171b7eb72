import { waitForApproval } from './approval.ts';
import { childEnvironment } from './child-environment.ts';
import { consume, isWhatWasSubmitted } from './consume.ts';
import { Ended, EXIT } from './exit-codes.ts';
import { openSettings } from './job-token.ts';
import { readSubmission, readTimeoutMs, type SubmissionFlags } from './options.ts';
import { reportOutcome } from './outcome.ts';
import { buildPayload, type CommandPayload, findChangedFile } from './payload.ts';
import { run } from './run.ts';
import { openSession, type Session } from './session.ts';
import { readInput } from './standard-input.ts';
import { endIfLeaving, submit } from './submit.ts';
import type { RequestView } from './wire.ts';
import { type Io, withIo } from './with-io.ts';
import { cancel, withdraw } from './withdraw.ts';

export interface GuardFlags extends SubmissionFlags {
  readonly env?: readonly string[];
  readonly envAll?: boolean;
  readonly stdin?: boolean;
  readonly interactive?: boolean;
  readonly pin?: readonly string[];
  readonly plan?: string;
}

/** Holds the command until it is approved, runs it once, and returns the exit code. */
export function guard(argv: readonly string[], flags: GuardFlags): Promise<number> {
  return withIo(
    () => readTimeoutMs(flags),
    (io) => hold(argv, flags, io),
  );
}

async function hold(argv: readonly string[], flags: GuardFlags, io: Io): Promise<number> {
  const settings = await openSettings(process.env);
  const submission = readSubmission(flags, 'wait');
  if (flags.stdin === true && flags.interactive === true) {
    throw new Ended(EXIT.usage, '--stdin and --interactive exclude each other. Nothing was sent.');
  }
  const environment = childEnvironment(process.env, flags.env ?? [], flags.envAll === true);
  const command = {
    argv,
    cwd: process.cwd(),
    path: process.env['PATH'],
    pins: flags.pin ?? [],
    env: environment.named,
    interactive: flags.interactive === true,
    envAll: flags.envAll === true,
    plan: flags.plan ?? null,
    environment: environment.values,
  };
  // First, since whatever writes the input may write the files as well.
  const stdin = flags.stdin === true ? await readInput(process.stdin, io.interruption.leaving) : null;
  endIfLeaving(io.interruption);
  const payload = await buildPayload({ ...command, stdin });
  const session = openSession(settings, submission, JSON.stringify(payload), io);
  const submitted = await submit(session);
  const request = await waitForApproval(session, submitted);
  return release(session, request, payload, environment.values);
}

/** From "approved" to the command. Each step looks again, since each gives somebody a moment to change something. */
async function release(
  session: Session & Io,
  request: RequestView,
  payload: CommandPayload,
  environment: Record<string, string>,
): Promise<number> {
  const { interruption, progress } = session;
  if (interruption.leaving.aborted) return withdraw(session, request);
  interruption.stopClock();
  progress.status('approved', () => `request ${request.label} is approved`);

  const changedWhileWaiting = await findChangedFile(payload);
  if (interruption.leaving.aborted) return withdraw(session, request);
  if (changedWhileWaiting !== null) {
    await cancel(session, request);
    throw new Ended(EXIT.refused, `changed since it was submitted: ${changedWhileWaiting}. Nothing was run.`);
  }

  const released = await consume(session, request);
  const end = async (exitCode: number, detail: string): Promise<never> => {
    interruption.takeBack();
    await reportOutcome(session, request, released.nonce, { status: 'failed', exitCode, detail });
    throw new Ended(exitCode, `${detail}. Nothing was run.`);
  };
  if (!isWhatWasSubmitted(released, payload)) {
    return end(EXIT.refused, `request ${request.label} was released with another payload than was submitted`);
  }
  const changedSince = await findChangedFile(payload);
  if (changedSince !== null) return end(EXIT.refused, `files changed: ${changedSince}`);
  if (interruption.leaving.aborted)
    return end(EXIT.gaveUp, `${interruption.reason}, before the command started`);
  return run(session, request, released.nonce, released.payload as CommandPayload, environment);
}
