import { constants } from 'node:os';
import type { Refusal, RequestView } from './wire.ts';

/** What `guard` and `request` can end with when no command's own code is there to pass on. */
export const EXIT = {
  approved: 0,
  unreachable: 69,
  gaveUp: 75,
  refused: 77,
  usage: 78,
  notExecutable: 126,
  notFound: 127,
} as const;

export function exitCodeOfSignal(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

/**
 * The guard ends here, with this code and this sentence for whoever started it. Thrown, so that no
 * step can forget to look at what the step before it said: what is not approved never reaches spawn.
 */
export class Ended extends Error {
  readonly exitCode: number;
  /** The request as it was left, where it is known. */
  readonly request: RequestView | null;
  /** What Keyturn answered, where it was a refusal. */
  readonly refusal: Refusal | null;

  constructor(
    exitCode: number,
    message: string,
    request: RequestView | null = null,
    refusal: Refusal | null = null,
  ) {
    super(message);
    this.name = 'Ended';
    this.exitCode = exitCode;
    this.request = request;
    this.refusal = refusal;
  }
}
