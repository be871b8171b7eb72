import { waitForApproval } from '../guard/approval.ts';
import { consume, isWhatWasSubmitted } from '../guard/consume.ts';
import { Ended, EXIT } from '../guard/exit-codes.ts';
import { beat } from '../guard/heartbeat.ts';
import { openSettings } from '../guard/job-token.ts';
import { readTimeoutMs } from '../guard/options.ts';
import { reportOutcome } from '../guard/outcome.ts';
import { openSession, type Session } from '../guard/session.ts';
import { readSettings, type Settings } from '../guard/settings.ts';
import { endIfLeaving, submit } from '../guard/submit.ts';
import { plain } from '../guard/text.ts';
import type { Release, RequestView } from '../guard/wire.ts';
import { withdraw } from '../guard/withdraw.ts';
import { type Action, type Payload, payloadText, toSubmission } from './action.ts';
import { type GateCode, GateError, type LeftRequest, toGateError } from './gate-error.ts';
import { Leaver } from './leaving.ts';
import { onAbort } from './on-abort.ts';

// The package names this file: what its users need besides it goes through it.
export { type Action, type GateCode, GateError, type LeftRequest, type Payload };

/** What the function is given besides the payload. */
export interface Running {
  readonly request: { readonly id: string; readonly label: string };
  /** Aborted when the caller's signal is, or when somebody at Keyturn asked it to stop. */
  readonly signal: AbortSignal;
}

export interface GateOptions {
  /** Aborted while it waits: the request is cancelled at Keyturn, and nothing runs. */
  readonly signal?: AbortSignal;
  /** How long to wait for a decision: `90s 30m 24h 7d`. Left out, as long as the request lives. */
  readonly timeout?: string;
  /** Told in words what it waits for, and what could not be told to Keyturn. */
  readonly onStatus?: (text: string) => void;
}

export type Gate = <P extends Payload, R>(
  action: Action<P>,
  run: (payload: P, running: Running) => R | PromiseLike<R>,
  options?: GateOptions,
) => Promise<R>;

/** Where Keyturn is and who asks. Left out, the environment says so (`KEYTURN_URL`, `KEYTURN_TOKEN`). */
export interface GateSettings {
  readonly url?: string;
  readonly token?: string;
}

/**
 * A gate that asks as one client. `run` is called at most once, and only after Keyturn released exactly
 * what was submitted, with the payload that it released. Everything else throws: a `GateError` before the
 * function ran, and whatever the function threw after that.
 */
export function createGate(given: GateSettings = {}): Gate {
  let ofJob: Promise<Settings> | null = null;
  const settings = async (): Promise<Settings> => {
    const url = given.url ?? process.env['KEYTURN_URL'];
    const token = given.token ?? process.env['KEYTURN_TOKEN'] ?? '';
    const environment = { ...process.env, KEYTURN_URL: url, KEYTURN_TOKEN: token };
    // A token that was given and is empty is one that is missing: nobody else's is taken in its place.
    if (token !== '' || given.token !== undefined) return readSettings(environment);
    // A forge's token is taken once: its session is kept, and one that was not opened is not.
    ofJob ??= openSettings(environment).catch((cause: unknown) => {
      ofJob = null;
      throw cause;
    });
    return ofJob;
  };
  return async (action, run, options = {}) => {
    // Before anybody is asked: an approval of what cannot be run would be used up by it.
    if (typeof run !== 'function')
      throw new GateError('INVALID', 'there is nothing to run. Nothing was sent.');
    const leaver = new Leaver(options.signal, timeoutOf(options));
    try {
      const { session, payload } = await ask(settings, action, leaver, options);
      const { request, release } = await pass(session, payload, leaver);
      leaver.dispose();
      return await perform(session, request, release, run, options.signal);
    } catch (cause) {
      // A session that Keyturn no longer knows: the next call shows the job's token anew.
      if (cause instanceof GateError && cause.code === 'NOT_CONFIGURED') ofJob = null;
      throw cause;
    } finally {
      leaver.dispose();
    }
  };
}

/** Asks as the environment says. */
export const gate: Gate = createGate();

async function ask(
  settings: () => Promise<Settings>,
  action: Action,
  interruption: Leaver,
  { onStatus }: GateOptions,
): Promise<{ readonly session: Session; readonly payload: Payload }> {
  try {
    // From here on it is this text: its caller may change the object while people decide.
    const payload = payloadText(action.payload);
    const submission = toSubmission(action);
    endIfLeaving(interruption);
    const opened = await settings().catch((cause: unknown) => {
      throw notConfigured(cause);
    });
    const session = openSession(opened, submission, payload, { progress: teller(onStatus), interruption });
    return { session, payload: JSON.parse(payload) as Payload };
  } catch (cause) {
    throw toGateError(cause);
  }
}

/** From the submission to the release. Nothing of ours has run until it returns. */
async function pass(
  session: Session,
  payload: Payload,
  leaver: Leaver,
): Promise<{ readonly request: RequestView; readonly release: Release }> {
  try {
    const request = await waitForApproval(session, await submit(session));
    if (leaver.leaving.aborted) return await withdraw(session, request);
    // Approved in time. A release that came later than the time-out would be used up for nothing.
    leaver.stopClock();
    const release = await consume(session, request);
    const end = async (exitCode: number, detail: string): Promise<never> => {
      const outcome = { status: 'failed', exitCode: null, detail } as const;
      await reportOutcome(session, request, release.nonce, outcome);
      throw new Ended(exitCode, `request ${request.label}: ${detail}. Nothing was run.`, request);
    };
    if (!isWhatWasSubmitted(release, payload)) {
      return await end(EXIT.refused, 'it was released with another payload than was submitted');
    }
    if (leaver.leaving.aborted) return await end(EXIT.gaveUp, `${leaver.reason}, before it started`);
    return { request, release };
  } catch (cause) {
    throw toGateError(cause);
  }
}

async function perform<P extends Payload, R>(
  session: Session,
  request: RequestView,
  { nonce, payload }: Release,
  run: (payload: P, running: Running) => R | PromiseLike<R>,
  signal: AbortSignal | undefined,
): Promise<R> {
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  const stopListening = onAbort(signal, stop);
  const ended = new AbortController();
  void beat(session, request, nonce, ended.signal, stop);
  const report = (status: 'succeeded' | 'failed', detail: string | null) => {
    ended.abort();
    return reportOutcome(session, request, nonce, { status, exitCode: null, detail });
  };
  const { id, label } = request;
  let result: R;
  try {
    result = await run(payload as P, { request: { id, label }, signal: stopping.signal });
  } catch (cause) {
    // The name alone: a message may hold what nobody at Keyturn should read.
    await report('failed', cause instanceof Error ? `it threw ${plain(cause.name)}` : 'it threw');
    throw cause;
  } finally {
    stopListening();
  }
  await report('succeeded', null);
  return result;
}

function teller(onStatus: GateOptions['onStatus']): Session['progress'] {
  let last = '';
  // Whoever looks on must not be able to end what is looked at.
  const say = (text: string): void => {
    try {
      onStatus?.(plain(text));
    } catch {
      // Its own matter.
    }
  };
  return {
    say,
    status(key, text) {
      if (key !== last) say(text());
      last = key;
    },
  };
}

function timeoutOf({ timeout }: GateOptions): number | null {
  try {
    return readTimeoutMs(timeout === undefined ? {} : { timeout });
  } catch (cause) {
    throw toGateError(cause);
  }
}

function notConfigured(cause: unknown): GateError {
  const error = toGateError(cause);
  return error.code === 'UNREACHABLE' ? error : new GateError('NOT_CONFIGURED', error.message, { cause });
}
