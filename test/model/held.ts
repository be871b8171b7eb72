import { type Firm, isClient, type Person, type Who } from './firm.ts';
import { isInAny, type ModelGlass } from './glass.ts';
import { type Body, isQuorum, mayFill, type Ruling } from './ruling.ts';
import type { Ended, Verdict } from './said.ts';

export type State =
  | 'pending'
  | 'flagged'
  | 'approved'
  | 'executing'
  | 'unknown'
  | Ended
  | 'rejected'
  | 'denied'
  | 'expired'
  | 'cancelled'
  | 'lapsed'
  | 'revoked';

/** A request as the model holds it. */
export interface Held {
  readonly id: string;
  readonly asker: Who;
  /** The owner when it was asked, who answers for it and may read it. */
  readonly owner: Person | null;
  readonly body: Body;
  readonly digest: string;
  readonly hasStranger: boolean;
  readonly createdAt: number;
  ruling: Ruling;
  expiresAt: number;
  state: State;
  /** What it was before time alone changed it. Only what is on record outlives a crash. */
  before: State | null;
  /** The policy that it was last judged by. */
  met: string;
  /** Who approved it alone, and what the review of that said. */
  broken: {
    readonly who: Who;
    readonly groups: readonly string[];
    readonly reviewBy: readonly string[];
    readonly dueAt: number;
    readonly verdict: Verdict | null;
  } | null;
  votes: { readonly who: Who; readonly verdict: Verdict; void: boolean }[];
  readonly seen: Set<Who>;
  submissions: { readonly key: string | null; readonly hold: 'poll' | 'wait' }[];
  wasFlagged: boolean;
  approvedAt: number;
  usableUntil: number | null;
  nonce: string | null;
  heardAt: number;
  stopRequested: boolean;
  outcome: { readonly status: Ended; readonly exitCode: number | null; readonly settled: boolean } | null;
  late: { readonly status: Ended; readonly exitCode: number | null }[];
  /** What the same consume key is answered with, and until when. */
  consumed: { readonly key: string | null; readonly at: number } | null;
}

export function held(
  id: string,
  asker: Who,
  { body, hasStranger }: { readonly body: Body; readonly hasStranger: boolean },
  digest: string,
  firm: Firm,
  ruling: Ruling,
  at: number,
): Held {
  const withinMs = Math.min(
    ruling.expiresAfterMs,
    body.expiresInS === null ? Number.POSITIVE_INFINITY : body.expiresInS * 1000,
  );
  return {
    id,
    asker,
    owner: isClient(asker) ? (firm.clients[asker]?.owner ?? null) : null,
    body,
    digest,
    hasStranger,
    createdAt: at,
    ruling,
    expiresAt: at + withinMs,
    state: ruling.effect === 'allow' ? 'approved' : ruling.effect === 'deny' ? 'denied' : 'pending',
    before: null,
    met: firm.version,
    broken: null,
    votes: [],
    seen: new Set(),
    submissions: [],
    wasFlagged: false,
    approvedAt: at,
    usableUntil: ruling.effect === 'allow' ? at + ruling.usableForMs : null,
    nonce: null,
    heardAt: at,
    stopRequested: false,
    outcome: null,
    late: [],
    consumed: null,
  };
}

/** What time alone turns it into; null when it waits for nothing. The deadline itself is past. */
export function dueState(request: Held): { readonly at: number; readonly state: State } | null {
  switch (request.state) {
    case 'pending':
    case 'flagged':
      return { at: request.expiresAt, state: 'expired' };
    case 'approved':
      return { at: request.usableUntil ?? request.approvedAt, state: 'lapsed' };
    case 'executing':
      return { at: request.heardAt + request.ruling.outcomeWithinMs, state: 'unknown' };
    default:
      return null;
  }
}

/** The state that anybody may be shown at this time. */
export function stateAt(request: Held, now: number): State {
  const due = dueState(request);
  return due !== null && now >= due.at ? due.state : request.state;
}

export function seatsOpenTo(firm: Firm, { ruling }: Held, who: Who): number {
  if (ruling.excluded.includes(who)) return 0;
  return ruling.seats.filter((seat) => mayFill(firm, seat, who)).length;
}

export function isFull(firm: Firm, { ruling, votes }: Held): boolean {
  const approvals = votes.filter((vote) => vote.verdict === 'approve' && !vote.void).map((vote) => vote.who);
  return ruling.seats.length > 0 && isQuorum(firm, ruling, approvals);
}

export function standsBehind(request: Held, who: Who): boolean {
  return who === request.owner || who === request.body.onBehalfOf;
}

export function mayRead(firm: Firm, request: Held, who: Who): boolean {
  if (who === request.asker || standsBehind(request, who)) return true;
  if (firm.auditors.some((auditor) => auditor === who)) return true;
  return isInAny(firm, who, readingGroups(firm, request));
}

/** Whether it hangs on a group of which nobody can say now who is in it. */
export function mightRead(firm: Firm, request: Held, who: Who): boolean {
  const isSomebody = firm.people.some((person) => person === who);
  return isSomebody && isUnsure(firm, readingGroups(firm, request));
}

function readingGroups(firm: Firm, { ruling, broken, wasFlagged }: Held): readonly string[] {
  const ways = ruling.glass.flatMap((one) => [...one.who, ...one.reviewBy]);
  return [
    ...ruling.seats.flatMap(({ from }) => from),
    ...ways,
    ...(broken === null ? [] : [...broken.groups, ...broken.reviewBy]),
    ...(wasFlagged ? [firm.clearFrom] : []),
  ];
}

export function seatGroups({ ruling }: Held): readonly string[] {
  return ruling.seats.flatMap(({ from }) => from);
}

/** They may be about to approve their own work. */
export function isTooUnsure({ hasStranger, ruling }: Pick<Held, 'hasStranger' | 'ruling'>): boolean {
  return hasStranger && ruling.critical;
}

export function isUnsure({ unknown }: Firm, groups: readonly string[]): boolean {
  return groups.some((group) => unknown.includes(group));
}

/** The code for what was still possible while it waited, and is not any more. */
export function pastCode(state: State): string {
  if (['executing', 'unknown', 'succeeded', 'failed'].includes(state)) return 'ALREADY_CONSUMED';
  return state === 'expired' || state === 'lapsed' ? 'EXPIRED' : 'ALREADY_RESOLVED';
}

/** Who broke it may still: not excluded since, and still in the groups. */
export function glassStands(firm: Firm, { broken, ruling }: Held): boolean {
  if (broken === null || ruling.excluded.includes(broken.who)) return false;
  const same = ({ who, reviewBy }: ModelGlass) =>
    [...who].sort().join() === [...broken.groups].sort().join() &&
    [...reviewBy].sort().join() === [...broken.reviewBy].sort().join();
  return (
    ruling.glass.some((one) => same(one) && one.candidates.includes(broken.who)) &&
    isInAny(firm, broken.who, broken.groups)
  );
}
