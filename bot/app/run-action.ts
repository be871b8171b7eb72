import { sha256Hex } from '../core/digest.ts';
import type { Actor } from '../core/event.ts';
import { toIsoTime } from '../core/instant.ts';
import { toLane } from '../core/lane.ts';
import { decide } from '../core/lifecycle/decide.ts';
import { keepLease } from '../core/lifecycle/execute.ts';
import { runAt } from '../core/lifecycle/time.ts';
import { type Refusal, refuse } from '../core/refusal.ts';
import type { ActionRequest, RequestId, RunOutput } from '../core/request.ts';
import type { Job, TryEnded } from '../ports/executor.ts';
import type { ExecuteSettings } from '../ports/rulebook.ts';
import { circumstances, current, record, type Writing, write } from './change-request.ts';
import type { Context } from './context.ts';
import { storedPayload } from './stored-payload.ts';

/** What a worker gets with its claim: everything it needs to run, and how long it has. */
export type Claimed =
  | {
      readonly ok: true;
      readonly job: Omit<Job, 'signal' | 'onOutput'>;
      readonly leaseMs: number;
      readonly redact: readonly string[];
    }
  | Refusal;

/** Longer than a worker needs to say that it lives, and short enough to be taken over soon. */
export const LEASE_MS = 30_000;

/**
 * A worker takes an approved action. Of any number of workers at once, one gets it; the effect MUST
 * begin after this has answered and not before.
 */
export async function claimAction(context: Context, worker: string, id: RequestId): Promise<Claimed> {
  await context.directories.renew();
  return write<Claimed>(context, (writing) => {
    const { tx, at } = writing;
    const request = current(context, writing, id);
    const actor: Actor = { kind: 'worker', worker };
    const no = (refusal: Refusal): Refusal => {
      tx.append({ type: 'grant.refused', code: refusal.code }, actor, at, request);
      return refusal;
    };
    if (request === null) return no(refuse('NOT_FOUND'));
    // An older copy of this log may hold what was run long ago. It says so once, in `/readyz`.
    if (context.guard.why() !== null) return refuse('UNAVAILABLE');
    // A wake-up that came twice or late is no refusal that anybody needs to read about.
    const isFree = request.state === 'approved' || (runAt(request) ?? Number.POSITIVE_INFINITY) <= at;
    if (!isFree) return refuse('ALREADY_CONSUMED');
    const settings = context.rulebook.actions.get(request.action)?.execute ?? null;
    if (settings !== null && isLaneFull(writing, request, settings)) return refuse('LIMIT_REACHED');
    const actionText = tx.actionText(id);
    const nonce = Buffer.from(context.random.bytes(32)).toString('base64url');
    const command = {
      type: 'claim',
      worker,
      storedDigest: `sha256:${sha256Hex(actionText)}`,
      definition: settings?.executor.definition ?? null,
      nonceDigest: `sha256:${sha256Hex(nonce)}`,
      leaseMs: LEASE_MS,
    } as const;
    const decision = decide(request, command, circumstances(context, writing, request));
    if (!decision.ok) return no(decision);
    const claimed = record(context, writing, request, decision.events, actor);
    const job = toJob(context, claimed, actionText, nonce, worker);
    return { ok: true, job, leaseMs: LEASE_MS, redact: request.redact };
  });
}

/** Too many of this action on this target at once, or too soon after one another. It stays first in line. */
function isLaneFull(
  { tx, at }: Writing,
  request: ActionRequest,
  { concurrency, perMinute }: ExecuteSettings,
): boolean {
  const { running, started } = tx.laneLoad(toLane(request), at, at - 60_000);
  return running >= concurrency || (perMinute !== null && started >= perMinute);
}

function toJob(
  context: Context,
  request: ActionRequest,
  actionText: string,
  nonce: string,
  worker: string,
): Omit<Job, 'signal' | 'onOutput'> {
  const { id, action, target, actionDigest, usableUntil, createdAt } = request;
  const grant = context.signer.sign({
    request: id,
    action_digest: actionDigest,
    nonce,
    expires_at: toIsoTime(usableUntil ?? createdAt),
    audience: `worker:${worker}`,
  });
  const attempt = request.execution?.run?.attempt ?? 1;
  return { request: id, attempt, action, target, payload: storedPayload(actionText), actionDigest, grant };
}

/** It is still at work. Answers whether somebody wants it to end. */
export function keepAction(
  context: Context,
  worker: string,
  id: RequestId,
  attempt: number,
): Promise<{ readonly ok: true; readonly stop: boolean } | Refusal> {
  return write<{ readonly ok: true; readonly stop: boolean } | Refusal>(context, (writing) => {
    const request = current(context, writing, id);
    if (request === null) return refuse('NOT_FOUND');
    const kept = keepLease(
      request,
      { worker, attempt, leaseMs: LEASE_MS },
      circumstances(context, writing, request),
    );
    if (!kept.ok) return kept;
    writing.tx.touch(kept.request);
    return { ok: true, stop: kept.request.execution?.stopRequested ?? false };
  });
}

export interface Finished {
  readonly attempt: number;
  readonly ended: TryEnded;
  /** Until the next try, where this one may be repeated. */
  readonly retryInMs: number;
  readonly output: RunOutput | null;
}

/** How a try ended. From a worker that was thought dead it changes nothing, and is kept as evidence. */
export function finishAction(
  context: Context,
  worker: string,
  id: RequestId,
  finished: Finished,
): Promise<{ readonly ok: true } | Refusal> {
  return write<{ readonly ok: true } | Refusal>(context, (writing) => {
    const request = current(context, writing, id);
    const actor: Actor = { kind: 'worker', worker };
    if (request === null) return refuse('NOT_FOUND');
    const { attempt, ended, output } = finished;
    const { status, exitCode, detail } = ended;
    // What may run once only is never started again, also where it says that it never began.
    const mayRetry = ended.retryable && request.executor !== null && request.executor.kind !== 'once';
    const command = {
      type: 'finish',
      worker,
      attempt,
      status,
      exitCode,
      detail,
      retryInMs: mayRetry ? finished.retryInMs : null,
      output,
    } as const;
    return settle(context, writing, request, command, actor);
  });
}

function settle(
  context: Context,
  writing: Writing,
  request: ActionRequest,
  command: Parameters<typeof decide>[1],
  actor: Actor,
): { readonly ok: true } | Refusal {
  const decision = decide(request, command, circumstances(context, writing, request));
  if (!decision.ok) return decision;
  record(context, writing, request, decision.events, actor);
  return { ok: true };
}
