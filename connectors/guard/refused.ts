import { Ended, EXIT } from './exit-codes.ts';
import type { Refusal, RequestView } from './wire.ts';

const OPEN = new Set(['pending']);
const RELEASED = new Set(['executing', 'succeeded', 'failed', 'unknown']);

/** Whether people may still decide, so that waiting makes sense. */
export function isOpen(request: RequestView): boolean {
  return OPEN.has(request.state);
}

/** Whether somebody has already taken what was approved: another caller, or Keyturn itself. */
export function isReleased(request: RequestView): boolean {
  return RELEASED.has(request.state);
}

/** How a request ends for a caller who may not run it. */
export function endOf(request: RequestView): Ended {
  const said = request.state === 'denied' ? request.tell : request.rejectReason;
  const because = said === null ? '' : `: ${said}`;
  const then = request.state === 'flagged' ? ' Somebody has to clear it first.' : '';
  const what = isReleased(request) ? 'was already run' : `is ${request.state}`;
  return new Ended(EXIT.refused, `request ${request.label} ${what}${because}.${then}`, request);
}

/** How a refused submission ends: 78 for what the caller has to put right, 77 for a "no". */
export function endOfSubmission(refusal: Refusal): Ended {
  return new Ended(isUsage(refusal) ? EXIT.usage : EXIT.refused, sentence(refusal), null, refusal);
}

/** How a refusal of any later call ends. */
export function endOfCall(refusal: Refusal, request: RequestView): Ended {
  const exitCode = refusal.status === 401 ? EXIT.usage : EXIT.refused;
  return new Ended(exitCode, `request ${request.label}: ${sentence(refusal)}`, null, refusal);
}

export function sentence(refusal: Refusal): string {
  const { status, code, detail, fields } = refusal;
  if (status >= 300 && status < 400)
    return `KEYTURN_URL answers with a redirect (HTTP ${status}). Set the address it leads to.`;
  const named = fields.map(({ pointer, problem }) => `${pointer}: ${problem}`);
  const fieldList = named.length === 0 ? '' : ` (${named.join('; ')})`;
  return `${detail}${fieldList}${code === null ? '' : ` [${code}]`}`;
}

function isUsage({ status, code }: Refusal): boolean {
  if (status === 422) return code === null || code === 'INVALID';
  // Neither Keyturn's 403 nor its 409 or 429 come without a code, but a proxy's may: still a "no".
  return ![403, 409, 429, 503].includes(status);
}
