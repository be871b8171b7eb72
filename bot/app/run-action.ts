import { sha256Hex } from '../core/digest.ts';
import type { Actor } from '../core/event.ts';
import { toIsoTime } from '../core/instant.ts';
import { toLane } from '../core/lane.ts';
import { decide } from '../core/lifecycle/decide.ts';
import { keepLease } from '../core/lifecycle/execute.ts';
import { runAt } from '../core/lifecycle/time.ts';
import { type Refusal, refuse } from '../core/refusal.ts';
import type { ActionRequest, Instant, RequestId } from '../core/request.ts';
import type { Claimed, Finished, Kept, Released, Told } from '../ports/home.ts';
import type { ExecuteSettings } from '../ports/rulebook.ts';
import { circumstances, current, record, type Writing, write } from './change-request.ts';
import type { Context } from './context.ts';
import { recordRefusal } from './record-refusal.ts';
import { storedPayload } from './stored-payload.ts';

/** Longer than a worker needs to say that it lives, and short enough to be taken over soon. */
export const LEASE_MS = 30_000;

/** What waits behind a freeze is offered every few seconds. That it may not run is told so often, with a count of the rest. */
const TOLD_MS = 60 * 60_000;

export interface Claiming {
  /** Read when it is decided, since a reload may have taken the worker away; null: there is no such worker. */
  readonly labels: () => readonly string[] | null;
  /** Chosen by who claims, and signed with the grant. */
  readonly challenge: string | null;
}

/** The bot itself has no labels. */
const HERE: Claiming = { labels: () => [], challenge: null };

/**
 * A worker takes an approved action. Of any number of workers at once, one gets it; the effect MUST
 * begin after this has answered and not before.
 */
export async function claimAction(
  context: Context,
  worker: string,
  id: RequestId,
  { labels: labelsNow, challenge }: Claiming = HERE,
): Promise<Claimed> {
  // A wake-up that came twice or late is common, and costs no commit.
  const { runAt: free } = context.store.committed.standing(id) ?? { runAt: 0 };
  if (free === null || free > context.time.now()) return refuse('ALREADY_CONSUMED');
  await context.directories.renew();
  return write<Claimed>(context, (writing) => {
    const { tx, at } = writing;
    const request = current(context, writing, id);
    const actor: Actor = { kind: 'worker', worker };
    const no = (refusal: Refusal): Refusal => {
      const what = `claim ${worker} ${id} ${refusal.code}`;
      const times = request === null ? 1 : context.refusals.of(what, 1, TOLD_MS);
      if (times === null) return refusal;
      const event = { type: 'grant.refused', code: refusal.code } as const;
      recordRefusal(context, writing, { id: worker, actor }, event, request, times - 1);
      return refusal;
    };
    const labels = labelsNow();
    if (labels === null) return no(refuse('UNAUTHENTICATED'));
    if (request === null) return no(refuse('NOT_FOUND'));
    // An older copy of this log may hold what was run long ago. It says so once, in `/readyz`.
    if (context.guard.why() !== null) return refuse('UNAVAILABLE');
    // A wake-up that came twice or late is no refusal that anybody needs to read about.
    const isFree = request.state === 'approved' || (runAt(request) ?? Number.POSITIVE_INFINITY) <= at;
    if (!isFree) return refuse('ALREADY_CONSUMED');
    const settings = context.rulebook.actions.get(request.action)?.execute ?? null;
    const needed = [...(request.executor?.runsOn ?? []), ...(settings?.runsOn ?? [])];
    if (!needed.every((label) => labels.includes(label))) return no(refuse('NOT_YOURS_TO_RUN'));
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
    return released(context, writing, claimed, { actionText, nonce, challenge, settings });
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

function released(
  context: Context,
  { at }: Writing,
  request: ActionRequest,
  {
    actionText,
    nonce,
    challenge,
    settings,
  }: {
    readonly actionText: string;
    readonly nonce: string;
    readonly challenge: string | null;
    readonly settings: ExecuteSettings | null;
  },
): Released {
  const { id, action, target, actionDigest, redact } = request;
  const { attempt = 1, worker = '' } = request.execution?.run ?? {};
  const grant = context.signer.sign({
    request: id,
    action_digest: actionDigest,
    nonce,
    expires_at: toIsoTime(grantEnds(request, at)),
    audience: `worker:${worker}`,
    attempt,
    ...(settings === null ? {} : { definition: settings.executor.definition }),
    ...(challenge === null ? {} : { challenge }),
  });
  const payload = storedPayload(actionText);
  const job = { request: id, attempt, action, target, payload, actionDigest, grant };
  return { ok: true, job, leaseMs: LEASE_MS, redact, settings: settings?.settings ?? {}, actionText };
}

/** A later try may begin when the approval itself could no longer be used: it was released in time. */
function grantEnds({ usableUntil, execution }: ActionRequest, at: Instant): Instant {
  return Math.max(usableUntil ?? at, execution?.run?.leaseUntil ?? at);
}

/** It is still at work. Answers whether somebody wants it to end. */
export function keepAction(context: Context, worker: string, id: RequestId, attempt: number): Promise<Kept> {
  return write<Kept>(context, (writing) => {
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

/** How a try ended. From a worker that was thought dead it changes nothing, and is kept as evidence. */
export function finishAction(
  context: Context,
  worker: string,
  id: RequestId,
  finished: Finished,
): Promise<Told> {
  return write<Told>(context, (writing) => {
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
): Told {
  const decision = decide(request, command, circumstances(context, writing, request));
  if (!decision.ok) return decision;
  record(context, writing, request, decision.events, actor);
  return { ok: true };
}
