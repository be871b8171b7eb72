import { randomUUID } from 'node:crypto';
import { Client } from './client.ts';
import { Ended, EXIT } from './exit-codes.ts';
import type { Interruption } from './interruption.ts';
import type { Submission } from './options.ts';
import type { Progress } from './progress.ts';
import type { Settings } from './settings.ts';

/** One run of `guard` or `request`: what it asks, whom, and who may interrupt it. */
export interface Session {
  readonly client: Client;
  readonly progress: Progress;
  readonly interruption: Interruption;
  readonly submission: Submission;
  /** The bytes of the submission. A repeat sends the same ones. */
  readonly body: string;
  /** The submission's Idempotency-Key: a repeat finds the same request, and a cancel leaves it. */
  readonly key: string;
}

const LARGEST_BODY = 256 * 1024;

export function openSession(
  settings: Settings,
  submission: Submission,
  /** As JSON text: a file is sent as it was written, so that the server sees its duplicate keys too. */
  payload: string,
  io: { progress: Progress; interruption: Interruption },
): Session {
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
