import { sha256Hex } from '../core/digest.ts';
import type { Requester } from '../core/request.ts';
import type { Caller } from './context.ts';

/** The run that this caller is, where its forge or its source vouches for one; else nothing. */
export function runOf({ actor }: Caller): string | undefined {
  return actor.kind === 'client' && /^(oidc|source):/.test(actor.account) ? actor.account : undefined;
}

/** Whether this caller asked it: of a client that runs many jobs, only the job that did. */
export function isRequester(caller: Caller, requester: Requester): boolean {
  return caller.id === requester.id && runOf(caller) === requester.run;
}

/** Keys are per requester, and two runs of a client are two. */
export function submissionKey(caller: Caller, idempotencyKey: string): string {
  const run = runOf(caller);
  return sha256Hex(run === undefined ? idempotencyKey : `${run} ${idempotencyKey}`);
}
