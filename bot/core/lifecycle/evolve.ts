import type { RequestEvent } from '../event.ts';
import type {
  ActionRequest,
  BrokenGlass,
  Instant,
  Outcome,
  Run,
  Shown,
  State,
  Submission,
} from '../request.ts';

/** No payload can look like this: `visible` escapes the brackets. */
const ERASED = {
  text: '⟦erased: the time for which payloads are kept is over⟧',
  hiddenLines: 0,
  hiddenValues: 0,
};

/** The request after an event. Total over the events, and the only place where a state changes. */
export function evolve(request: ActionRequest, event: RequestEvent, at: Instant): ActionRequest {
  switch (event.type) {
    case 'request.submitted':
      return request;
    case 'request.deduplicated':
      return join(request, event.submission);
    case 'request.identified':
      return identified(request, event);
    case 'request.detached':
      return { ...request, submissions: request.submissions.filter(({ key }) => key !== event.key) };
    case 'request.reevaluated':
      return { ...request, demands: event.demands, ...shortenedUse(request, event.demands.usableForMs) };
    case 'payload.erased':
      return { ...request, payloadErasedAt: at, preview: ERASED };
    case 'payload.viewed':
      return shown(request, event);
    case 'review.recorded': {
      const { person, verdict, via } = event;
      const comment = event.text['comment'] ?? null;
      const reviews = [...request.reviews, { person, verdict, comment, via, at, void: false }];
      const rejectReason = verdict === 'reject' ? comment : request.rejectReason;
      return { ...request, reviews, rejectReason, wasFlagged: request.wasFlagged || verdict === 'flag' };
    }
    case 'break_glass.used': {
      const { person, via, who, notify, reviewBy, dueAt } = event;
      const broken = { person, via, reason: event.text['reason'] ?? '', at, who, notify, reviewBy, dueAt };
      return { ...request, brokenGlass: { ...broken, overdue: false, review: null } };
    }
    case 'break_glass.reviewed': {
      const { person, verdict } = event;
      const review = { person, verdict, comment: event.text['comment'] ?? '', at };
      return { ...withGlass(request, { review }), wasFlagged: request.wasFlagged || verdict === 'flag' };
    }
    case 'break_glass.overdue':
      return withGlass(request, { overdue: true });
    case 'reminder.sent':
      return { ...request, remindedUntil: event.dueAt };
    case 'request.approved':
      return { ...resolved(request, 'approved', at), usableUntil: event.usableUntil };
    case 'request.denied':
      return { ...resolved(request, 'denied', at), tell: event.text['tell'] ?? request.tell };
    case 'request.rejected':
      return resolved(request, 'rejected', at);
    case 'request.flagged':
      return { ...request, state: 'flagged', wasFlagged: true };
    case 'request.cleared':
      // Whoever voted before the flag did so without knowing what it brought up.
      return {
        ...request,
        state: 'pending',
        reviews: request.reviews.map((past) => ({ ...past, void: true })),
      };
    case 'request.expired':
      return resolved(request, 'expired', at);
    case 'request.lapsed':
      return resolved(request, 'lapsed', at);
    case 'request.cancelled':
      return resolved(request, 'cancelled', at);
    case 'request.revoked':
      return resolved(request, 'revoked', at);
    case 'request.stop_requested':
      return withExecution(request, { stopRequested: true });
    case 'grant.issued': {
      const { nonceDigest } = event;
      const execution = {
        nonceDigest,
        startedAt: at,
        heardAt: at,
        run: null,
        stopRequested: false,
        outcome: null,
      };
      return { ...request, state: 'executing', execution: { ...execution, lateReports: [] } };
    }
    case 'execution.started': {
      const { attempt, worker, leaseUntil } = event;
      const output = request.execution?.run?.output ?? null;
      return withExecution(request, {
        heardAt: at,
        run: { attempt, worker, startedAt: at, leaseUntil, retryAt: null, output },
      });
    }
    case 'execution.retried':
      return withRun(request, { retryAt: event.retryAt });
    case 'execution.output': {
      const { attempt, bytes, sha256, isCut, text } = event;
      return withRun(request, { output: { attempt, bytes, sha256, isCut, tail: text['tail'] ?? '' } });
    }
    case 'execution.succeeded':
      return ended(request, 'succeeded', toOutcome('succeeded', event, at));
    case 'execution.failed':
      return ended(request, 'failed', toOutcome('failed', event, at));
    case 'execution.unknown':
      return { ...request, state: 'unknown' };
    case 'execution.settled': {
      const { status, person } = event;
      return ended(request, status, {
        ...toOutcome(status, { exitCode: null, text: { detail: event.text['comment'] ?? '' } }, at),
        settledBy: person,
      });
    }
    case 'execution.late_report': {
      const reports = request.execution?.lateReports ?? [];
      return withExecution(request, {
        lateReports: [...reports, toOutcome(event.status, event, at)],
      });
    }
  }
}

/** One without a key cannot leave by itself, so one of them stands for all. */
function join(request: ActionRequest, submission: Submission): ActionRequest {
  const isSame = ({ key }: Submission) => key === null && submission.key === null;
  const others = request.submissions.filter((one) => !isSame(one));
  const holds = [submission, ...request.submissions.filter(isSame)].map(({ hold }) => hold);
  // The one that keeps the request for longest: what is turned away comes back later than who looks again.
  const hold = (['ticket', 'poll'] as const).find((one) => holds.includes(one)) ?? 'wait';
  return { ...request, submissions: [...others, { ...submission, hold }] };
}

function identified(
  request: ActionRequest,
  { person, because, text }: Extract<RequestEvent, { type: 'request.identified' }>,
): ActionRequest {
  const { demands, unresolved } = request;
  const isOut = demands.exclusions.some((exclusion) => exclusion.person === person);
  const exclusions = isOut ? demands.exclusions : [...demands.exclusions, { person, because }];
  return {
    ...request,
    demands: { ...demands, exclusions },
    unresolved: unresolved.filter(({ account }) => account !== text['account']),
  };
}

function shown(request: ActionRequest, { person, viewDigest }: Shown): ActionRequest {
  const known = request.shown.some((past) => past.person === person && past.viewDigest === viewDigest);
  return known ? request : { ...request, shown: [...request.shown, { person, viewDigest }] };
}

function resolved(request: ActionRequest, state: State, at: Instant): ActionRequest {
  return { ...request, state, resolvedAt: at };
}

function ended(request: ActionRequest, state: 'succeeded' | 'failed', outcome: Outcome): ActionRequest {
  return { ...withExecution(request, { outcome }), state };
}

function withGlass(request: ActionRequest, change: Partial<BrokenGlass>): ActionRequest {
  return request.brokenGlass === null
    ? request
    : { ...request, brokenGlass: { ...request.brokenGlass, ...change } };
}

function withExecution(
  request: ActionRequest,
  change: Partial<NonNullable<ActionRequest['execution']>>,
): ActionRequest {
  return request.execution === null
    ? request
    : { ...request, execution: { ...request.execution, ...change } };
}

function withRun(request: ActionRequest, change: Partial<Run>): ActionRequest {
  const run = request.execution?.run ?? null;
  return run === null ? request : withExecution(request, { run: { ...run, ...change } });
}

function toOutcome(
  status: Outcome['status'],
  told: { readonly exitCode: number | null; readonly text: Readonly<Record<string, string>> },
  at: Instant,
): Outcome {
  return { status, exitCode: told.exitCode, detail: told.text['detail'] ?? null, at, settledBy: null };
}

/** A shorter `usable_for` counts from the approval, not from the day the policy changed. */
function shortenedUse(request: ActionRequest, usableForMs: number): Partial<ActionRequest> {
  if (request.usableUntil === null || request.resolvedAt === null) return {};
  return { usableUntil: Math.min(request.usableUntil, request.resolvedAt + usableForMs) };
}
