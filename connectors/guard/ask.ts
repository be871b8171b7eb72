import { readFile } from 'node:fs/promises';
import { Ended, EXIT } from './exit-codes.ts';
import { openSettings } from './job-token.ts';
import { readSubmission, readTimeoutMs, type SubmissionFlags } from './options.ts';
import { endOf, isOpen, isReleased } from './refused.ts';
import { openSession } from './session.ts';
import { decodeUtf8, LARGEST_INPUT, readInput } from './standard-input.ts';
import { endIfLeaving, submit } from './submit.ts';
import { visibleJson } from './text.ts';
import { waitForDecision } from './wait.ts';
import { parseJson, type RequestView } from './wire.ts';
import { type Io, withIo } from './with-io.ts';

export interface RequestFlags extends SubmissionFlags {
  readonly payload?: string;
  readonly wait?: boolean;
}

/** Submits one request, prints it as JSON, and returns the exit code. It never takes an approval. */
export function ask(flags: RequestFlags): Promise<number> {
  return withIo(
    () => readTimeoutMs(flags),
    async (io) => {
      try {
        return await askFor(flags, io);
      } catch (error) {
        // Also a request that was refused or cancelled is an answer.
        if (error instanceof Ended && error.request !== null) await print(io, error.request);
        throw error;
      }
    },
  );
}

async function askFor(flags: RequestFlags, io: Io): Promise<number> {
  const settings = await openSettings(process.env);
  const submission = readSubmission(flags, flags.wait === true ? 'wait' : 'poll');
  const payload = await readPayload(flags.payload, io.interruption.leaving);
  endIfLeaving(io.interruption);
  const session = openSession(settings, submission, payload, io);
  const submitted = await submit(session);
  const request = flags.wait === true ? await waitForDecision(session, submitted) : submitted;
  // Released already means approved before: Keyturn runs some actions itself.
  if (!isOpen(request) && request.state !== 'approved' && !isReleased(request)) throw endOf(request);
  await print(io, request);
  return EXIT.approved;
}

/** The text of a JSON object, as it was written. */
async function readPayload(source: string | undefined, leaving: AbortSignal): Promise<string> {
  if (source === undefined) return '{}';
  const text = source === '-' ? await readInput(process.stdin, leaving) : await readPayloadFile(source);
  if (leaving.aborted) return '{}';
  const value = parseJson(text);
  if (value === undefined) throw new Ended(EXIT.usage, '--payload is not JSON. Nothing was sent.');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Ended(EXIT.usage, '--payload is not a JSON object. Nothing was sent.');
  }
  return text;
}

async function readPayloadFile(path: string): Promise<string> {
  const bytes = await readFile(path).catch(() => {
    throw new Ended(EXIT.usage, `--payload ${path} cannot be read. Nothing was sent.`);
  });
  if (bytes.byteLength > LARGEST_INPUT) {
    throw new Ended(EXIT.usage, `--payload ${path} is larger than 256 KiB. Nothing was sent.`);
  }
  return decodeUtf8(bytes, `--payload ${path}`);
}

async function print({ progress }: Io, request: RequestView): Promise<void> {
  progress.clear();
  // Whoever read stdout may be gone; the exit code still says how it went.
  process.stdout.on('error', () => undefined);
  // Written before the process exits, also into a pipe that is read slowly.
  await new Promise<void>((resolve) => {
    process.stdout.write(`${visibleJson(request.raw)}\n`, () => resolve());
  });
}
