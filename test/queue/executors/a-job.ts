import type { RequestId } from '../../../bot/core/request.ts';
import type { Job } from '../../../bot/ports/executor.ts';

/** A released action, and what its executor was heard to print. */
export function aJob(changes: Partial<Job> = {}): { readonly job: Job; readonly output: () => string } {
  const printed: Buffer[] = [];
  const job: Job = {
    request: 'req_1' as RequestId,
    attempt: 1,
    action: 'db.migrate',
    target: { system: 'postgres', environment: 'prod', resource: 'orders' },
    payload: { version: '42' },
    actionDigest: `sha256:${'a'.repeat(64)}`,
    grant: { payloadType: 'test' },
    signal: new AbortController().signal,
    isLate: () => false,
    onOutput: (bytes) => void printed.push(Buffer.from(bytes)),
    ...changes,
  };
  return { job, output: () => Buffer.concat(printed).toString() };
}
