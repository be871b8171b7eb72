import { strictestSeats } from '../core/plan.ts';
import { fillable, membersOf } from './check-plans.ts';
import { isKeptElsewhere } from './external-groups.ts';
import type { Lint } from './lint.ts';
import type { Path } from './problem.ts';
import { canReach } from './reach.ts';
import type { PolicyFile } from './schema.ts';

type Seats = PolicyFile['plans'][string]['seats'];

/** Pairs of rule and client that are looked at. More than that, and `check` would take minutes. */
const MOST_PAIRS = 50_000;

/** Something that asks for seats, and which clients may meet it. */
interface Demand {
  readonly path: Path;
  readonly seats: Seats;
  readonly exclude: readonly string[];
  readonly reaches: (key: string, client: PolicyFile['clients'][string]) => boolean;
}

/** Clients that share a reason why nobody could approve what they ask. */
interface Unfilled {
  readonly keys: string[];
  readonly owner: string;
  /** On whose behalf they would ask, or null where it makes no difference. */
  readonly person: string | null;
}

/** A plan that can be filled by anybody may still be one that no request of this client can pass. */
export function lintSeats({ file, warn }: Lint): void {
  const clients = Object.entries(file.clients);
  let pairs = 0;
  for (const { path, seats, exclude, reaches } of demandsOf(file)) {
    const unfilled = new Map<string, Unfilled>();
    for (const [key, client] of clients) {
      pairs += 1;
      if (pairs > MOST_PAIRS || !reaches(key, client)) continue;
      const { owner, may_act_for: people = [] } = client;
      const isFilled = (...more: string[]) => canFill(file, seats, [owner, ...exclude, ...more]);
      const found = isFilled() ? people.filter((person) => !isFilled(person)) : [null];
      for (const person of found) {
        const same = unfilled.get(`${owner} ${person}`);
        if (same === undefined) unfilled.set(`${owner} ${person}`, { keys: [key], owner, person });
        else same.keys.push(key);
      }
    }
    for (const one of unfilled.values()) warn(path, messageOf(file, seats, exclude, one));
  }
  if (pairs > MOST_PAIRS) {
    warn(['rules'], `only the first ${MOST_PAIRS} pairs of rule and client were looked at for seats`);
  }
}

function messageOf(
  file: PolicyFile,
  seats: Seats,
  exclude: readonly string[],
  { keys, owner, person }: Unfilled,
): string {
  const asked = `${keys.join(', ')} ${keys.length === 1 ? 'asks' : 'ask'}${person === null ? '' : ` for ${person}`}`;
  const out = [...new Set([owner, ...(person === null ? [] : [person]), ...exclude])].join(', ');
  return `nobody could approve what ${asked}: excluded are ${out}, and it needs ${shortOf(file, seats)}`;
}

function demandsOf(file: PolicyFile): readonly Demand[] {
  const { default: fallback } = file;
  const seatsOf = (plan: string | undefined): Seats =>
    plan === undefined ? [] : (file.plans[plan]?.seats ?? []);
  const base = fallback.effect === 'require' ? seatsOf(fallback.plan) : [];
  const byDefault: Demand = { path: ['default'], seats: base, exclude: [], reaches: () => true };
  const byRule = file.rules.flatMap((rule, index): Demand[] => {
    if (rule.effect !== 'require') return [];
    const seats = strictestSeats([...seatsOf(rule.plan), ...(rule.replaces_default ? [] : base)]);
    const reaches: Demand['reaches'] = (key, client) => canReach(file, key, client, rule.match);
    return [{ path: ['rules', index], seats: [...seats], exclude: rule.exclude, reaches }];
  });
  return fallback.effect === 'require' ? [byDefault, ...byRule] : byRule;
}

function canFill(file: PolicyFile, seats: Seats, excluded: readonly string[]): boolean {
  const isOpen = (group: string) => isKeptElsewhere(file.groups[group]);
  if (seats.some(({ from }) => from.some(isOpen))) return true;
  const candidates = seats.map(
    ({ from }) =>
      membersOf((group) => file.groups[group] ?? null, from)?.filter((one) => !excluded.includes(one)) ?? [],
  );
  return fillable(seats, candidates);
}

function shortOf(file: PolicyFile, seats: Seats): string {
  return seats
    .map(({ from, count }) => {
      const people = membersOf((group) => file.groups[group] ?? null, from) ?? [];
      return `${count} of ${from.join(' or ')} (${people.length > 5 ? `${people.length} people` : people.join(', ')})`;
    })
    .join(', ');
}
