import type { RequestEvent } from '../core/event.ts';
import type { ActionRequest, Instant, RequestId, Run } from '../core/request.ts';
import type { Reading } from '../ports/store.ts';

/** What ends sooner is told by its start and its end alone. */
export const PROGRESS_AFTER_MS = 10_000;

/** How a try that is on went when it was last looked at. Kept in memory: the next look makes it anew. */
export interface Progress {
  readonly attempt: number;
  readonly forMs: number;
  /** What it printed last, with known secrets hidden, and not yet made visible. */
  readonly lastLine: string | null;
}

export type ProgressBoard = Map<RequestId, Progress>;

/** The try that is on at this moment, or null. */
export function runUnderWay({ state, execution }: ActionRequest): Run | null {
  const run = state === 'executing' ? (execution?.run ?? null) : null;
  return run === null || run.retryAt !== null ? null : run;
}

/**
 * The start whose line may still say that it runs, while it does not any more; or null. Told in the
 * transaction of what ended it, so that no crash leaves a line behind.
 */
export function startThatIsOver(
  committed: Pick<Reading, 'lastOf'>,
  { id, execution }: ActionRequest,
  logged: readonly { readonly event: RequestEvent; readonly seq: number }[],
  at: Instant,
): number | null {
  const run = execution?.run ?? null;
  if (run === null) return null;
  if (logged.some(({ event }) => endsTry(event))) {
    const wasLong = at - run.startedAt >= PROGRESS_AFTER_MS;
    return wasLong ? (committed.lastOf(id, ['execution.started'])?.seq ?? null) : null;
  }
  // Taken over from somebody who never said how theirs ended.
  const start = logged.find(({ event }) => event.type === 'execution.started');
  if (start === undefined || run.attempt === 1) return null;
  const before = committed.lastOf(id, ['execution.started', 'execution.retried'], start.seq);
  return before?.type === 'execution.started' ? before.seq : null;
}

function endsTry({ type }: RequestEvent): boolean {
  switch (type) {
    case 'execution.retried':
    case 'execution.succeeded':
    case 'execution.failed':
    case 'execution.unknown':
      return true;
    default:
      return false;
  }
}
