import type { RequestEvent } from '../event.ts';
import { refuse } from '../refusal.ts';
import type { ActionRequest, Instant } from '../request.ts';
import { accept, type Circumstances, type Command, type Decision } from './command.ts';
import { MOST_LATE_REPORTS, releaseProblem } from './release.ts';
import { MOST_TRIES, runAt } from './time.ts';

type Of<Type extends Command['type']> = Extract<Command, { type: Type }>;

/**
 * A worker takes it. The first time, everything is checked again, as when a caller consumes. Later
 * ones go on with what was released then: they need the lease of the one before to be over.
 */
export function claim(request: ActionRequest, command: Of<'claim'>, now: Circumstances): Decision {
  const { executor, execution } = request;
  const { worker, definition, storedDigest, nonceDigest } = command;
  if (executor === null) return refuse('NOT_YOURS_TO_RUN');
  // The config says something else by now. What would run is not what was approved.
  if (definition !== executor.definition || storedDigest !== request.actionDigest)
    return refuse('DIGEST_MISMATCH');
  const leaseUntil = now.at + command.leaseMs;
  if (request.state !== 'executing') {
    const no = releaseProblem(request, storedDigest, now);
    if (no !== null) return no;
    return accept(
      { type: 'grant.issued', nonceDigest, audience: `worker:${worker}` },
      { type: 'execution.started', attempt: 1, worker, leaseUntil },
    );
  }
  const free = runAt(request);
  if (free === null || now.at < free) return refuse('ALREADY_CONSUMED');
  const attempt = (execution?.run?.attempt ?? 0) + 1;
  return accept({ type: 'execution.started', attempt, worker, leaseUntil });
}

/** How a try ended, said by who holds its number. Anybody else's word is kept as evidence. */
export function finish(request: ActionRequest, command: Of<'finish'>, now: Circumstances): Decision {
  const run = request.execution?.run ?? null;
  if (run === null) return refuse('FORBIDDEN');
  const { attempt, exitCode, output } = command;
  // A number that was never given out is nobody's, and the newest one is its own worker's.
  if (attempt > run.attempt || (attempt === run.attempt && command.worker !== run.worker))
    return refuse('FORBIDDEN');
  const text: Record<string, string> = command.detail === null ? {} : { detail: command.detail };
  if (request.state !== 'executing' || run.attempt !== attempt || run.retryAt !== null) {
    const isFull = (request.execution?.lateReports.length ?? 0) >= MOST_LATE_REPORTS;
    // Who cannot say how it ended has no evidence to give.
    if (isFull || command.status === 'unknown' || isRepeat(request, command)) return accept();
    const status = command.status === 'succeeded' ? 'succeeded' : 'failed';
    return accept({ type: 'execution.late_report', status, exitCode, text });
  }
  const printed: RequestEvent[] =
    output === null
      ? []
      : [
          {
            type: 'execution.output',
            attempt,
            bytes: output.bytes,
            sha256: output.sha256,
            isCut: output.isCut,
            text: { tail: output.tail },
          },
        ];
  const retryAt = retryTime(request, command, now.at);
  if (retryAt !== null) return accept(...printed, { type: 'execution.retried', attempt, retryAt, text });
  if (command.status === 'unknown') return accept(...printed, { type: 'execution.unknown' });
  return accept(...printed, { type: `execution.${command.status}`, exitCode, text });
}

/** The same worker says the same of the same try: its first word came through, and the answer did not. */
function isRepeat({ execution }: ActionRequest, { attempt, status, exitCode }: Of<'finish'>): boolean {
  const { run = null, outcome = null } = execution ?? {};
  if (run === null || run.attempt !== attempt) return false;
  if (run.retryAt !== null) return status === 'failed';
  return (
    outcome !== null &&
    outcome.settledBy === null &&
    outcome.status === status &&
    outcome.exitCode === exitCode
  );
}

function retryTime(
  request: ActionRequest,
  { status, retryInMs, attempt }: Of<'finish'>,
  at: Instant,
): Instant | null {
  const isStopped = request.execution?.stopRequested === true;
  const isOver = status === 'succeeded' || retryInMs === null || isStopped || attempt >= MOST_TRIES;
  return isOver ? null : at + retryInMs;
}

/** A worker's sign of life. Like a caller's, it is no entry. It learns whether it has been told to stop. */
export function keepLease(
  request: ActionRequest,
  { worker, attempt, leaseMs }: Pick<Of<'claim'>, 'worker' | 'leaseMs'> & { readonly attempt: number },
  now: Circumstances,
): { readonly ok: true; readonly request: ActionRequest } | ReturnType<typeof refuse> {
  const { execution, state } = request;
  const run = execution?.run ?? null;
  if (execution === null || run === null || run.worker !== worker) return refuse('FORBIDDEN');
  if (state !== 'executing' || run.attempt !== attempt || run.retryAt !== null)
    return refuse('ALREADY_RESOLVED');
  const kept = { ...run, leaseUntil: Math.max(run.leaseUntil, now.at + leaseMs) };
  return { ok: true, request: { ...request, execution: { ...execution, heardAt: now.at, run: kept } } };
}
