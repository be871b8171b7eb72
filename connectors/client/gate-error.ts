import { Ended, EXIT } from '../guard/exit-codes.ts';

/**
 * Why an action was not run, in words that stay the same:
 * - `REFUSED`: people, the policy or a limit said no, or somebody else has run it.
 * - `GAVE_UP`: the caller's signal was aborted, or its time-out passed. The request is cancelled.
 * - `UNREACHABLE`: Keyturn cannot be reached.
 * - `INVALID`: the request is not one that Keyturn takes: the caller's code has to change.
 * - `NOT_CONFIGURED`: address or token is missing or not good.
 */
export type GateCode = 'REFUSED' | 'GAVE_UP' | 'UNREACHABLE' | 'INVALID' | 'NOT_CONFIGURED';

/** A request as it was left. */
export interface LeftRequest {
  readonly id: string;
  /** What people call it: its number, or else its id. */
  readonly label: string;
  readonly state: string;
}

/** The action was not run. The message is for people and holds no secret. */
export class GateError extends Error {
  readonly code: GateCode;
  /** Keyturn's own code, such as `REQUESTER_FROZEN`, where it answered with one. */
  readonly refusal: string | null;
  /** Null where there is none, or nobody knows. */
  readonly request: LeftRequest | null;

  constructor(
    code: GateCode,
    message: string,
    {
      refusal = null,
      request = null,
      cause,
    }: {
      readonly refusal?: string | null;
      readonly request?: LeftRequest | null;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, cause === undefined ? {} : { cause });
    this.name = 'GateError';
    this.code = code;
    this.refusal = refusal;
    this.request = request;
  }
}

/** Whatever went wrong before the action ran. Nothing that is thrown here leads to a run. */
export function toGateError(thrown: unknown): GateError {
  if (thrown instanceof GateError) return thrown;
  if (!(thrown instanceof Ended)) {
    const what = thrown instanceof Error ? thrown.name : typeof thrown;
    return new GateError('INVALID', `something is wrong here (${what}). Nothing was run.`, { cause: thrown });
  }
  const { message, request, refusal } = thrown;
  return new GateError(codeOf(thrown), message, {
    refusal: refusal?.code ?? null,
    request: request === null ? null : { id: request.id, label: request.label, state: request.state },
  });
}

function codeOf({ exitCode, refusal }: Ended): GateCode {
  switch (exitCode) {
    case EXIT.gaveUp:
      return 'GAVE_UP';
    case EXIT.unreachable:
      return 'UNREACHABLE';
    case EXIT.usage:
      return refusal === null || refusal.status === 422 || refusal.status === 400 || refusal.status === 413
        ? 'INVALID'
        : 'NOT_CONFIGURED';
    default:
      return 'REFUSED';
  }
}
