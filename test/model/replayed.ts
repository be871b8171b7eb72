import type { ActionRequest } from '../../bot/core/request.ts';
import { sorted } from './canonical.ts';
import type { Entry } from './log.ts';

/** A request as the log alone tells it: everything that decides, and no text that people wrote. */
interface Portrait {
  state: string;
  votes: { readonly person: string; readonly verdict: string; void: boolean }[];
  shown: readonly string[];
  seats: unknown;
  excluded: readonly string[];
  expiresAt: number;
  usableForMs: number;
  outcomeWithinMs: number;
  approvedAt: number | null;
  usableUntil: number | null;
  submissions: { readonly key: string | null; readonly hold: string }[];
  wasFlagged: boolean;
  nonceDigest: string | null;
  stopRequested: boolean;
  outcome: { readonly status: string; readonly exitCode: number | null } | null;
  late: number;
  broken: {
    readonly person: string;
    readonly dueAt: number;
    overdue: boolean;
    verdict: string | null;
  } | null;
}

const ENDS: Readonly<Record<string, string>> = {
  'request.denied': 'denied',
  'request.rejected': 'rejected',
  'request.expired': 'expired',
  'request.lapsed': 'lapsed',
  'request.cancelled': 'cancelled',
  'request.revoked': 'revoked',
  'execution.unknown': 'unknown',
};

/** The log, replayed. It knows the names of the entries and nothing of how the bot changes a request. */
export class Replayed {
  readonly #requests = new Map<string, Portrait>();
  readonly frozen = new Map<string, readonly string[]>();

  /** What the log says of this request, to be compared with its row. */
  portrait(id: string): string {
    const { approvedAt: _, ...portrait } = this.#requests.get(id) ?? { approvedAt: null };
    return sorted(portrait);
  }

  state(id: string): string | null {
    return this.#requests.get(id)?.state ?? null;
  }

  read({ type, id, at, data }: Entry): void {
    if (type === 'requester.frozen') this.frozen.set(data.requester, data.exclusions);
    if (type === 'requester.cleared') this.frozen.delete(data.requester);
    if (id === null) return;
    if (type === 'request.submitted') this.#requests.set(id, submitted(data));
    const request = this.#requests.get(id);
    if (request !== undefined) change(request, type, at, data);
  }
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the log says, and compares it
function submitted(data: any): Portrait {
  return {
    state: 'pending',
    votes: [],
    shown: [],
    ...demanded(data.demands),
    approvedAt: null,
    usableUntil: null,
    submissions: [data.submission],
    wasFlagged: false,
    nonceDigest: null,
    stopRequested: false,
    outcome: null,
    late: 0,
    broken: null,
  };
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the log says, and compares it
function demanded(demands: any) {
  return {
    seats: demands.seats,
    excluded: demands.exclusions.map(({ person }: { person: string }) => person),
    expiresAt: Date.parse(demands.expires_at),
    usableForMs: Number(demands.usable_for_ms),
    outcomeWithinMs: Number(demands.outcome_within_ms),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the log says, and compares it
function change(request: Portrait, type: string, at: number, data: any): void {
  request.state = ENDS[type] ?? request.state;
  switch (type) {
    case 'request.deduplicated':
      joined(request, data.submission);
      return;
    case 'request.detached':
      request.submissions = request.submissions.filter(({ key }) => key !== data.key);
      return;
    case 'request.reevaluated':
      Object.assign(request, demanded(data.demands));
      if (request.approvedAt === null) return;
      request.usableUntil = Math.min(request.usableUntil ?? 0, request.approvedAt + request.usableForMs);
      return;
    case 'payload.viewed':
      request.shown = [...new Set([...request.shown, data.person])];
      return;
    case 'review.recorded':
      request.votes.push({ person: data.person, verdict: data.verdict, void: false });
      request.wasFlagged ||= data.verdict === 'flag';
      return;
    case 'break_glass.used':
      request.broken = { person: data.person, dueAt: Date.parse(data.due_at), overdue: false, verdict: null };
      return;
    case 'break_glass.overdue':
      if (request.broken !== null) request.broken.overdue = true;
      return;
    case 'break_glass.reviewed':
      if (request.broken !== null) request.broken.verdict = data.verdict;
      request.wasFlagged ||= data.verdict === 'flag';
      return;
    case 'request.approved':
      Object.assign(request, {
        state: 'approved',
        approvedAt: at,
        usableUntil: Date.parse(data.usable_until),
      });
      return;
    case 'request.flagged':
      Object.assign(request, { state: 'flagged', wasFlagged: true });
      return;
    case 'request.cleared':
      request.state = 'pending';
      request.votes = request.votes.map((vote) => ({ ...vote, void: true }));
      return;
    case 'request.stop_requested':
      request.stopRequested = true;
      return;
    case 'grant.issued':
      Object.assign(request, { state: 'executing', nonceDigest: data.nonce_digest });
      return;
    case 'execution.succeeded':
    case 'execution.failed':
      request.state = type.replace('execution.', '');
      request.outcome = { status: request.state, exitCode: data.exit_code };
      return;
    case 'execution.settled':
      Object.assign(request, { state: data.status, outcome: { status: data.status, exitCode: null } });
      return;
    case 'execution.late_report':
      request.late += 1;
  }
}

function joined(request: Portrait, { key, hold }: Portrait['submissions'][number]): void {
  const same = key === null ? request.submissions.find((known) => known.key === null) : undefined;
  const others = request.submissions.filter((known) => known !== same);
  request.submissions = [...others, { key, hold: same?.hold === 'poll' ? 'poll' : hold }];
}

/** The same of a row, as the tables hold it. */
export function rowPortrait(row: ActionRequest): string {
  const { demands, execution } = row;
  const portrait: Omit<Portrait, 'approvedAt'> = {
    state: row.state,
    votes: row.reviews.map(({ person, verdict, void: isVoid }) => ({ person, verdict, void: isVoid })),
    shown: row.shown.map(({ person }) => person),
    seats: demands.seats,
    excluded: demands.exclusions.map(({ person }) => person),
    expiresAt: demands.expiresAt,
    usableForMs: demands.usableForMs,
    outcomeWithinMs: demands.outcomeWithinMs,
    usableUntil: row.usableUntil,
    submissions: [...row.submissions],
    wasFlagged: row.wasFlagged,
    nonceDigest: execution?.nonceDigest ?? null,
    stopRequested: execution?.stopRequested ?? false,
    outcome:
      execution?.outcome == null
        ? null
        : { status: execution.outcome.status, exitCode: execution.outcome.exitCode },
    late: execution?.lateReports.length ?? 0,
    broken: row.brokenGlass === null ? null : brokenOf(row.brokenGlass),
  };
  return sorted(portrait);
}

function brokenOf({ person, dueAt, overdue, review }: NonNullable<ActionRequest['brokenGlass']>) {
  return { person, dueAt, overdue, verdict: review?.verdict ?? null };
}
