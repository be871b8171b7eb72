import { randomUUID } from 'node:crypto';
import { Client } from './client.ts';
import { Ended, EXIT } from './exit-codes.ts';
import type { Submission } from './options.ts';
import type { Settings } from './settings.ts';

/** Whoever looks on is told of it. */
interface Telling {
  /** One line that stays. */
  say(text: string): void;
  /** What is going on now. The same `key` again tells nothing new. */
  status(key: string, text: () => string): void;
}

/** Whoever may make it give up. */
export interface Leaving {
  /** Aborted once the caller gives up. */
  readonly leaving: AbortSignal;
  /** Aborted when even an answer is no longer waited for. */
  readonly hurrying: AbortSignal;
  readonly reason: string;
  /** Aborted `ms` after the caller gave up. */
  patience(ms: number): AbortSignal;
}

/** One action that is asked for: what, of whom, who is told of it, and who may interrupt it. */
export interface Session {
  readonly client: Client;
  readonly progress: Telling;
  readonly interruption: Leaving;
  readonly submission: Submission;
  /** The bytes of the submission. A repeat sends the same ones. */
  readonly body: string;
  /** The submission's Idempotency-Key: a repeat finds the same request, and a cancel leaves it. */
  readonly key: string;
}

const LARGEST_BODY = 256 * 1024;

export function openSession<Io extends Pick<Session, 'progress' | 'interruption'>>(
  settings: Settings,
  submission: Submission,
  /** As JSON text: a file is sent as it was written, so that the server sees its duplicate keys too. */
  payload: string,
  io: Io,
): Session & Io {
  const body = `${JSON.stringify(submission).slice(0, -1)},"payload":${payload}}`;
  if (Buffer.byteLength(body) > LARGEST_BODY) {
    throw new Ended(EXIT.usage, 'the request is larger than 256 KiB. Nothing was sent.');
  }
  if (body.includes(settings.token)) {
    throw new Ended(
      EXIT.usage,
      'the request holds KEYTURN_TOKEN itself, for all reviewers to read. Nothing was sent.',
    );
  }
  return { client: new Client(settings), submission, body, key: randomUUID(), ...io };
}
