import { circumstances } from '../../bot/app/change-request.ts';
import { type Caller, type Context, isPerson } from '../../bot/app/context.ts';
import { toIsoTime } from '../../bot/core/instant.ts';
import { filledSeats } from '../../bot/core/lifecycle/eligibility.ts';
import type { ActionRequest, Execution, Instant, Outcome, PersonId } from '../../bot/core/request.ts';
import { toldWords } from '../../bot/core/told-words.ts';
import { visible } from '../../bot/core/visible.ts';
import type { ClientRequestView, RequestView } from './schema.ts';

/** The request on the wire: all of it for people, and only what a machine needs for clients. */
export function present(
  context: Context,
  caller: Caller,
  request: ActionRequest,
): ClientRequestView | RequestView {
  const tx = context.store.committed;
  const filledBy = filledSeats(request, circumstances(context, { tx, at: context.time.now() }, request));
  const common = shared(context, request, filledBy);
  if (!isPerson(caller)) return { ...common, execution: execution(request, null) };
  const name = (person: PersonId) => nameOf(context, person);
  const { demands, preview } = request;
  return {
    ...common,
    execution: execution(request, name),
    risk: demands.risk,
    preview: { text: preview.text, hidden_lines: preview.hiddenLines, hidden_values: preview.hiddenValues },
    policy: { version: demands.policyVersion, rules: [...demands.rules], plans: [...demands.plans] },
    seats: demands.seats.map(({ from, count }, index) => ({
      from: [...from],
      count,
      filled_by: (filledBy[index] ?? []).map(name),
    })),
    ...(request.unresolved.length === 0 ? {} : { unresolved: request.unresolved.map((one) => ({ ...one })) }),
    excluded: demands.exclusions.map(({ person, because }) => ({ person: name(person), because })),
    reviews: request.reviews.map(({ person, verdict, comment, via, at, void: isVoid }) => ({
      person: name(person),
      verdict,
      comment,
      via,
      at: toIsoTime(at),
      ...(isVoid ? { void: true as const } : {}),
    })),
    break_glass: brokenGlass(request, name),
  };
}

/** A person's key in the config, also of one who has since left it. */
export function nameOf(context: Context, person: PersonId): string {
  return context.rulebook.people.get(person)?.key ?? context.store.committed.keyOf(person) ?? person;
}

function shared(
  context: Context,
  request: ActionRequest,
  filledBy: readonly (readonly PersonId[])[],
): Omit<ClientRequestView, 'execution'> {
  const { requester, demands, state } = request;
  const requesterKey = requester.kind === 'human' ? nameOf(context, requester.id as PersonId) : requester.id;
  return {
    id: request.id,
    number: request.number,
    state,
    action: request.action,
    target: request.target,
    requester: { id: requesterKey, kind: requester.kind, verified_by: requester.verifiedBy },
    on_behalf_of: request.onBehalfOf === null ? null : nameOf(context, request.onBehalfOf),
    reason: request.reason,
    links: [...request.links],
    action_digest: request.actionDigest,
    tell: request.tell === null ? null : visible(request.tell),
    reject_reason: request.rejectReason === null ? null : toldWords(request.rejectReason),
    waiting_for: state === 'pending' ? waitingFor(request, filledBy) : [],
    created_at: toIsoTime(request.createdAt),
    expires_at: toIsoTime(demands.expiresAt),
    usable_until: timeOrNull(request.usableUntil),
    resolved_at: timeOrNull(request.resolvedAt),
    audit_seq: context.store.committed.auditSeq(request.id),
  };
}

function waitingFor({ demands }: ActionRequest, filledBy: readonly (readonly PersonId[])[]): string[] {
  return demands.seats.flatMap(({ from, count }, index) => {
    const filled = filledBy[index]?.length ?? 0;
    return filled < count ? [`${from.join(' or ')} ${filled}/${count}`] : [];
  });
}

function execution(
  { execution: run, executor, demands }: ActionRequest,
  name: ((person: PersonId) => string) | null,
): ClientRequestView['execution'] {
  const toView = (outcome: Outcome) => ({
    status: outcome.status,
    exit_code: outcome.exitCode,
    // What a person wrote when settling is a comment; a client sees none.
    detail: outcome.settledBy !== null && name === null ? null : outcome.detail,
    at: toIsoTime(outcome.at),
    ...(name === null ? {} : { settled_by: outcome.settledBy === null ? null : name(outcome.settledBy) }),
  });
  const of = (held: Execution | null) => ({
    outcome: held?.outcome == null ? null : toView(held.outcome),
    stop_requested: held?.stopRequested ?? false,
    late_reports: (held?.lateReports ?? []).map(toView),
  });
  const { attempt = null, worker = null } = run?.run ?? {};
  const by = executor === null ? 'caller' : 'keyturn';
  return { by, attempt, worker, ...of(run), outcome_within: demands.outcomeWithinMs / 1000 };
}

function brokenGlass(
  { brokenGlass: broken }: ActionRequest,
  name: (person: PersonId) => string,
): RequestView['break_glass'] {
  if (broken === null) return null;
  const { person, reason, via, at, reviewBy, dueAt, overdue, review } = broken;
  return {
    person: name(person),
    reason,
    via,
    at: toIsoTime(at),
    post_review: {
      by: [...reviewBy],
      due_at: toIsoTime(dueAt),
      overdue,
      person: review === null ? null : name(review.person),
      verdict: review?.verdict ?? null,
      comment: review?.comment ?? null,
      at: timeOrNull(review?.at ?? null),
    },
  };
}

function timeOrNull(at: Instant | null): string | null {
  return at === null ? null : toIsoTime(at);
}
