import {
  covers,
  type Firm,
  type FirmRule,
  isClient,
  isIn,
  type Person,
  type PlanRule,
  type Who,
} from './firm.ts';
import { glassOn, type ModelGlass, narrowedGlass } from './glass.ts';

// What the policy asks of a request, written again from domain.md and simply: no bot/core in here.

/** What is asked for, as a caller sends it. */
export interface Body {
  readonly action: string;
  readonly target: { readonly system: string; readonly environment: string; readonly resource: string };
  readonly reason: string;
  readonly onBehalfOf: Person | null;
  readonly payload: { readonly [key: string]: string | number };
  readonly links: readonly string[];
  readonly expiresInS: number | null;
  readonly hold: 'poll' | 'wait';
}

export interface ModelSeat {
  readonly from: readonly string[];
  readonly count: number;
  /** Who may ever fill it: whoever was a member under every policy since it was made. */
  readonly candidates: readonly Who[];
}

export interface Ruling {
  readonly effect: 'allow' | 'require' | 'deny';
  readonly seats: readonly ModelSeat[];
  readonly excluded: readonly Who[];
  readonly comment: boolean;
  readonly critical: boolean;
  readonly expiresAfterMs: number;
  readonly usableForMs: number;
  readonly outcomeWithinMs: number;
  readonly glass: readonly ModelGlass[];
}

const MINUTE = 60_000;
const ALLOWED = {
  comment: false,
  expiresAfterMs: 15 * MINUTE,
  usableForMs: 15 * MINUTE,
  outcomeWithinMs: 60 * MINUTE,
};

/** Every matching rule counts: deny beats require beats allow, and nothing matching is the default. */
export function rulingOn(firm: Firm, asker: Who, body: Body): Ruling {
  const hits = firm.rules.filter((rule) => isMeant(firm, rule, asker, body) && matches(rule, body));
  const plans = hits.filter((rule) => rule.effect === 'require');
  const effect = effectOf(firm, hits);
  const ofDefault =
    firm.default === 'deny' || plans.some((rule) => rule.replacesDefault) ? [] : [firm.default];
  const demanded = effect === 'require' ? [...plans.flatMap((rule) => rule.plan ?? []), ...ofDefault] : [];
  return {
    effect,
    seats: mergeSeats(demanded.flatMap((plan) => plan.seats.map((seat) => withCandidates(firm, seat)))),
    excluded: [...new Set([...behind(firm, asker, body), ...hits.flatMap((rule) => rule.exclude)])],
    comment: demanded.some((plan) => plan.comment),
    critical: hits.some((rule) => rule.critical),
    ...(effect === 'require' ? shortest(demanded) : times(ALLOWED)),
    glass: glassOn(firm, body),
  };
}

function effectOf(firm: Firm, hits: readonly FirmRule[]): Ruling['effect'] {
  if (hits.length === 0) return firm.default === 'deny' ? 'deny' : 'require';
  if (hits.some((rule) => rule.effect === 'deny')) return 'deny';
  return hits.some((rule) => rule.effect === 'require') ? 'require' : 'allow';
}

const KINDS = { agent: 'agent', ci: 'pipeline' } as const;

function isMeant(firm: Firm, { only }: FirmRule, asker: Who, { target, onBehalfOf }: Body): boolean {
  // What asked stays what it was, also when the firm has it no more.
  const kind = isClient(asker) ? KINDS[asker] : 'human';
  const { system, environment, resource } = target;
  return (
    (only.environment === undefined || only.environment === environment) &&
    (only.target === undefined || isAt(only.target, [system, environment, resource])) &&
    (only.kind === undefined || only.kind === kind) &&
    (only.asker === undefined || only.asker === asker) &&
    (only.group === undefined || isIn(firm, onBehalfOf ?? asker, only.group)) &&
    // No action of this firm has another.
    (only.risk === undefined || only.risk === 'medium')
  );
}

/** Part by part. A pattern with fewer parts than a target names none, unless its last one is `**`. */
function isAt(pattern: string, parts: readonly string[]): boolean {
  const wanted = pattern.split('/');
  if (wanted.at(-1) === '**') return isAt(wanted.slice(0, -1).join('/'), parts.slice(0, wanted.length - 1));
  return wanted.length === parts.length && wanted.every((part, at) => part === '*' || part === parts[at]);
}

/** What nobody can evaluate binds, and never frees. */
function matches(rule: FirmRule, { action, payload }: Body): boolean {
  if (!covers(rule.action, action)) return false;
  if (rule.rows === null) return true;
  const rows = payload['rows'];
  if (typeof rows !== 'number') return rule.effect !== 'allow';
  return rule.rows === 'over 100' ? rows > 100 : rows < 100;
}

/** The requester if human, the client's owner of now, and on whose behalf. */
function behind(firm: Firm, asker: Who, { onBehalfOf }: Body): readonly Who[] {
  const owner = isClient(asker) ? firm.clients[asker]?.owner : asker;
  return [...(owner === undefined ? [] : [owner]), ...(onBehalfOf === null ? [] : [onBehalfOf])];
}

function withCandidates(
  firm: Firm,
  seat: { readonly from: readonly string[]; readonly count: number },
): ModelSeat {
  const candidates = firm.people.filter((person) => seat.from.some((group) => isIn(firm, person, group)));
  return { ...seat, candidates };
}

/** One seat per set of groups, with the highest count. The first one's candidates stay. */
function mergeSeats(seats: readonly ModelSeat[]): readonly ModelSeat[] {
  const key = (seat: ModelSeat) => [...seat.from].sort().join();
  const keys = [...new Set(seats.map(key))];
  return keys.flatMap((wanted) => {
    const same = seats.filter((seat) => key(seat) === wanted);
    const [first] = same;
    return first === undefined ? [] : [{ ...first, count: Math.max(...same.map((seat) => seat.count)) }];
  });
}

type Times = Pick<Ruling, 'expiresAfterMs' | 'usableForMs' | 'outcomeWithinMs'>;

function times({ expiresAfterMs, usableForMs, outcomeWithinMs }: Times): Times {
  return { expiresAfterMs, usableForMs, outcomeWithinMs };
}

function shortest(all: readonly (PlanRule | Ruling)[]): Times {
  return {
    expiresAfterMs: Math.min(...all.map((one) => one.expiresAfterMs)),
    usableForMs: Math.min(...all.map((one) => one.usableForMs)),
    outcomeWithinMs: Math.min(...all.map((one) => one.outcomeWithinMs)),
  };
}

/** The strictest of what was held and what a later policy says. Nobody is let in, and whoever left is out. */
export function tightened(firm: Firm, held: Ruling, later: Ruling): Ruling {
  const seats = mergeSeats([...held.seats, ...later.seats]);
  return {
    effect: held.effect,
    seats: seats.map((seat) => withoutLeavers(firm, seat)),
    excluded: [...new Set([...held.excluded, ...later.excluded])],
    comment: held.comment || later.comment,
    critical: held.critical || later.critical,
    glass: narrowedGlass(firm, held.glass, later.glass),
    // An allow demands nothing, so it shortens nothing either.
    ...(later.effect === 'allow' ? times(held) : shortest([held, later])),
  };
}

/** What already runs keeps its terms, but fewer people may stop it or say how it ended. */
export function narrowed(firm: Firm, held: Ruling, later: Ruling): Ruling {
  const excluded = [...new Set([...held.excluded, ...later.excluded])];
  return { ...held, excluded, seats: held.seats.map((seat) => withoutLeavers(firm, seat)) };
}

function withoutLeavers(firm: Firm, seat: ModelSeat): ModelSeat {
  return { ...seat, candidates: seat.candidates.filter((one) => mayFill(firm, seat, one)) };
}

/** Candidate then, member now. */
export function mayFill(firm: Firm, seat: ModelSeat, who: Who): boolean {
  return seat.candidates.includes(who) && seat.from.some((group) => isIn(firm, who, group));
}

/** Every seat filled by different people: try all ways, one chair after the other. */
export function isQuorum(
  firm: Firm,
  { seats, excluded }: Pick<Ruling, 'seats' | 'excluded'>,
  voters: readonly Who[],
): boolean {
  const chairs = seats.flatMap((seat) => Array.from({ length: seat.count }, () => seat));
  const fill = (index: number, taken: ReadonlySet<Who>): boolean => {
    const seat = chairs[index];
    if (seat === undefined) return true;
    return voters.some(
      (who) =>
        !taken.has(who) &&
        !excluded.includes(who) &&
        mayFill(firm, seat, who) &&
        fill(index + 1, new Set([...taken, who])),
    );
  };
  return fill(0, new Set());
}
