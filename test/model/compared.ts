import { createHash } from 'node:crypto';
import type { ActionRequest } from '../../bot/core/request.ts';
import { sorted } from './canonical.ts';
import type { Firm } from './firm.ts';
import { type Held, stateAt } from './held.ts';
import type { Foreseen } from './model.ts';
import type { Answered } from './tell.ts';

// The model's request and the bot's row, each as the same text: what differs stands out in a failure.

const hashed = (key: string | null) => (key === null ? null : createHash('sha256').update(key).digest('hex'));

export function heldText(request: Held, now: number): string {
  const { ruling } = request;
  return sorted({
    state: stateAt(request, now),
    asker: request.asker,
    owner: request.owner,
    behalf: request.body.onBehalfOf,
    digest: request.digest,
    hasStranger: request.hasStranger,
    effect: ruling.effect,
    critical: ruling.critical,
    seats: ruling.seats.map(({ from, count, candidates }) => ({
      from,
      count,
      candidates: [...candidates].sort(),
    })),
    excluded: [...ruling.excluded].sort(),
    comment: ruling.comment,
    expiresAt: request.expiresAt,
    usableForMs: ruling.usableForMs,
    outcomeWithinMs: ruling.outcomeWithinMs,
    usableUntil: request.usableUntil,
    votes: request.votes,
    glass: ruling.glass.map(({ candidates, ...one }) => ({ ...one, candidates: [...candidates].sort() })),
    broken:
      request.broken === null
        ? null
        : { who: request.broken.who, dueAt: request.broken.dueAt, verdict: request.broken.verdict },
    seen: [...request.seen].sort(),
    submissions: request.submissions.map(({ key, hold }) => ({ key: hashed(key), hold })),
    wasFlagged: request.wasFlagged,
    stopRequested: request.stopRequested,
    outcome: request.outcome,
    late: request.late.length,
  });
}

/** `state` is the row's own, or what the clock has made of it. */
export function rowText(row: ActionRequest, state: string, nameOf: (id: string) => string): string {
  const { demands, execution } = row;
  const outcome = execution?.outcome ?? null;
  return sorted({
    state,
    asker: nameOf(row.requester.id),
    owner: row.owner === null ? null : nameOf(row.owner),
    behalf: row.onBehalfOf === null ? null : nameOf(row.onBehalfOf),
    digest: row.actionDigest,
    hasStranger: row.unresolved.length > 0,
    effect: row.effect,
    critical: demands.risk === 'critical',
    seats: demands.seats.map(({ from, count, candidates }) => ({
      from,
      count,
      candidates: candidates.map(nameOf).sort(),
    })),
    excluded: demands.exclusions.map(({ person }) => nameOf(person)).sort(),
    comment: demands.comment.reject,
    expiresAt: demands.expiresAt,
    usableForMs: demands.usableForMs,
    outcomeWithinMs: demands.outcomeWithinMs,
    usableUntil: row.usableUntil,
    votes: row.reviews.map(({ person, verdict, void: isVoid }) => ({
      who: nameOf(person),
      verdict,
      void: isVoid,
    })),
    glass: demands.breakGlass.map(({ who, candidates, reasonMin, reviewBy, reviewWithinMs: withinMs }) => ({
      who,
      candidates: candidates.map(nameOf).sort(),
      reasonMin,
      reviewBy,
      withinMs,
    })),
    broken:
      row.brokenGlass === null
        ? null
        : {
            who: nameOf(row.brokenGlass.person),
            dueAt: row.brokenGlass.dueAt,
            verdict: row.brokenGlass.review?.verdict ?? null,
          },
    seen: row.shown.map(({ person }) => nameOf(person)).sort(),
    submissions: row.submissions.map(({ key, hold }) => ({ key, hold })),
    wasFlagged: row.wasFlagged,
    stopRequested: execution?.stopRequested ?? false,
    outcome:
      outcome === null
        ? null
        : { status: outcome.status, exitCode: outcome.exitCode, settled: outcome.settledBy !== null },
    late: execution?.lateReports.length ?? 0,
  });
}

export function answerText(answer: Answered): string {
  if (!answer.ok) return `refused ${answer.code}`;
  if (answer.request === null) return 'yes';
  return `${answer.created ? 'made' : 'has'} ${answer.request.id} ${answer.request.state}`;
}

export function foreseenText(foreseen: Foreseen, withRequest: boolean): string {
  if (!foreseen.ok) return `refused ${foreseen.code}`;
  if (!withRequest || foreseen.id === null) return 'yes';
  return `${foreseen.created ? 'made' : 'has'} ${foreseen.id} ${foreseen.state}`;
}

/** What time has made of a row, by the row's own deadlines. */
export function rowStateAt(row: ActionRequest, now: number): string {
  const { state, demands, usableUntil, execution } = row;
  const past = (deadline: number | null) => deadline !== null && now >= deadline;
  if (state === 'pending' || state === 'flagged') return past(demands.expiresAt) ? 'expired' : state;
  if (state === 'approved') return past(usableUntil) ? 'lapsed' : state;
  if (state !== 'executing' || execution === null) return state;
  return past(execution.heardAt + demands.outcomeWithinMs) ? 'unknown' : state;
}

/** Whether this row, as it is on disk, was judged by this policy. What that ended says no version. */
export function hasMet(row: ActionRequest | null, { version }: Firm): boolean {
  return row?.demands.policyVersion === version || row?.state === 'denied' || row?.state === 'revoked';
}
