import { readIsoTime } from '../../bot/core/instant.ts';
import type { EntryOf } from './replay-shape.ts';
import type { Held, Owed, Why } from './replay-state.ts';

/** What Keyturn runs itself: each try has the next number, and no two have it at the same time. */
export function started(
  held: Held,
  { actor, data, at }: EntryOf<'execution.started'>,
  owed: Owed | null,
): Why {
  const { executor } = held.submitted;
  if (executor === null) return 'started by Keyturn, and its caller runs it';
  if (actor.kind !== 'worker' || actor.worker !== data.worker) return 'its actor is not the worker it names';
  const { run } = held;
  if ((run === null) !== (owed !== null)) return 'started without a grant of its own';
  if (data.attempt !== (run?.attempt ?? 0) + 1)
    return `try ${data.attempt} comes after try ${run?.attempt ?? 0}`;
  if (run !== null && executor.kind === 'once') return 'started again, and it may run once only';
  if (run !== null && at < run.freeAt) return `try ${data.attempt} starts while try ${run.attempt} is on`;
  held.run = { attempt: data.attempt, worker: data.worker, freeAt: readIsoTime(data.lease_until) };
  return null;
}

/** The worker that has it gives it up. From then on another one may take it. */
export function retried(held: Held, { actor, data }: EntryOf<'execution.retried'>): Why {
  const why = fromItsWorker(held, actor, data.attempt);
  if (why !== null || held.run === null) return why;
  // What may run once only is tried again when it never started, and that is the worker's word.
  held.run = { ...held.run, freeAt: readIsoTime(data.retry_at) };
  return null;
}

export function printed(held: Held, { actor, data }: EntryOf<'execution.output'>): Why {
  return fromItsWorker(held, actor, data.attempt);
}

function fromItsWorker({ run }: Held, actor: EntryOf<'execution.output'>['actor'], attempt: number): Why {
  if (run === null || run.attempt !== attempt) return `it speaks of try ${attempt}, which is not on`;
  return actor.kind === 'worker' && actor.worker === run.worker
    ? null
    : 'its actor is not the worker that has it';
}
