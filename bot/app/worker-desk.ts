import { sha256Hex } from '../core/digest.ts';
import type { Actor } from '../core/event.ts';
import { type Refusal, refuse } from '../core/refusal.ts';
import type { RequestId } from '../core/request.ts';
import type { Claimed, Finished, Kept, Released, Told } from '../ports/home.ts';
import type { Outputs } from '../ports/outputs.ts';
import type { Context } from './context.ts';
import { claimAction, finishAction, keepAction, LEASE_MS } from './run-action.ts';

/** A worker on another machine, by its token. It is no caller: no other use case takes it. */
export interface WorkerCaller {
  readonly id: string;
  readonly actor: Extract<Actor, { kind: 'worker' }>;
}

/** A part of what an action printed, and where it belongs. */
interface Part {
  readonly attempt: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export interface WorkerDesk {
  /** What this worker is called and given. */
  introduce(caller: WorkerCaller): { readonly ok: true; readonly labels: readonly string[] } | Refusal;
  claim(caller: WorkerCaller, id: RequestId, challenge: string): Promise<Claimed>;
  keep(caller: WorkerCaller, id: RequestId, attempt: number): Promise<Kept>;
  /** Answers how many bytes are kept after it. */
  take(
    caller: WorkerCaller,
    id: RequestId,
    part: Part,
  ): { readonly ok: true; readonly bytes: number } | Refusal;
  finish(caller: WorkerCaller, id: RequestId, finished: Finished): Promise<Told>;
}

const MOST_REMEMBERED = 1_000;

/**
 * All that a worker on another machine can do: take what was approved, say that it is at it, bring what
 * it prints and how it ended. Nothing here leads towards an approval.
 */
export function createWorkerDesk(context: Context, outputs: Outputs, steady: () => number): WorkerDesk {
  const repeats = repeatedClaims(steady);
  return {
    introduce({ id }) {
      const known = context.rulebook.workers.get(id);
      return known === undefined ? refuse('UNAUTHENTICATED') : { ok: true, labels: known.labels };
    },

    async claim({ id: worker }, id, challenge) {
      const again = repeats.of(id, `${worker} ${challenge}`);
      // Its first answer was lost on the way. While nobody else can have it, it gets the same again.
      if (again !== null && isWith(context, id, worker, again.job.attempt)) return again;
      const labels = () => context.rulebook.workers.get(worker)?.labels ?? null;
      const claimed = await claimAction(context, worker, id, { labels, challenge });
      if (claimed.ok) repeats.remember(id, `${worker} ${challenge}`, claimed);
      return claimed;
    },

    keep({ id: worker }, id, attempt) {
      return keepAction(context, worker, id, attempt);
    },

    take({ id: worker }, id, { attempt, offset, bytes }) {
      const request = context.store.committed.request(id);
      if (request === null) return refuse('NOT_FOUND');
      if (!isWith(context, id, worker, attempt)) return refuse('FORBIDDEN');
      return { ok: true, bytes: outputs.append(request.id, attempt, offset, bytes) };
    },

    async finish({ id: worker }, id, finished) {
      const { attempt, output } = finished;
      const isOurs = isWith(context, id, worker, attempt);
      if (isOurs) repeats.forget(id);
      const printed = output === null || !isOurs ? null : await kept(outputs, id, output);
      return finishAction(context, worker, id, { ...finished, output: printed });
    },
  };
}

/** Whether this try is on, and this worker has it. */
function isWith({ store }: Context, id: RequestId, worker: string, attempt: number): boolean {
  const { state, execution } = store.committed.request(id) ?? {};
  const run = state === 'executing' ? execution?.run : null;
  return run != null && run.worker === worker && run.attempt === attempt && run.retryAt === null;
}

/** What is said of the file is what is in it here: a worker's word for its digest would prove nothing. */
async function kept(outputs: Outputs, id: RequestId, said: NonNullable<Finished['output']>) {
  const sealed = await outputs.seal(id, said.attempt);
  const { bytes, sha256 } = sealed ?? { bytes: 0, sha256: sha256Hex('') };
  return { ...said, sha256, isCut: said.isCut || bytes < said.bytes };
}

/** The answers of claims whose worker may not have got them, for as long as a lease. */
function repeatedClaims(steady: () => number) {
  const byId = new Map<
    RequestId,
    { readonly key: string; readonly claimed: Released; readonly until: number }
  >();
  return {
    of(id: RequestId, key: string): Released | null {
      const held = byId.get(id);
      return held !== undefined && held.key === key && steady() < held.until ? held.claimed : null;
    },
    remember(id: RequestId, key: string, claimed: Released): void {
      const at = steady();
      // In the order in which they were claimed, so the first that holds ends the look.
      for (const [old, { until }] of byId) {
        if (until > at && byId.size < MOST_REMEMBERED) break;
        byId.delete(old);
      }
      byId.set(id, { key, claimed, until: at + LEASE_MS });
    },
    forget: (id: RequestId) => void byId.delete(id),
  };
}
