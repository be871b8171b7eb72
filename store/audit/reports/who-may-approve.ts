import { isJsonArray, isJsonObject, type Json, type JsonObject } from '../../../bot/core/canonical-json.ts';
import { toIsoTime } from '../../../bot/core/instant.ts';
import { PERSON_COLUMNS, personCells } from './columns.ts';
import { readPolicyText } from './policy-text.ts';
import type { Report } from './report.ts';

interface Right {
  readonly person: string;
  readonly seat: string;
  asked: number;
  used: number;
  lastAt: number | null;
  lastAction: string | null;
}

/**
 * Each seat and each person who could fill it: by the last policy that these entries have the text of,
 * and by what was asked. Holds one line per person and seat.
 */
export const whoMayApprove: Report = {
  name: 'who-may-approve',
  columns: [
    ...PERSON_COLUMNS,
    'seat',
    'in_force',
    'plans',
    'rules',
    'requests_asked',
    'reviews',
    'last_review_at',
    'last_review_of',
  ],
  open({ emit, people }) {
    const rights = new Map<string, Right>();
    let policy: JsonObject | null = null;
    const rightOf = (person: string, from: readonly string[]): Right => {
      const seat = seatName(from);
      const key = `${person} ${seat}`;
      const known = rights.get(key) ?? { person, seat, asked: 0, used: 0, lastAt: null, lastAction: null };
      rights.set(key, known);
      return known;
    };
    return {
      take({ entry, texts }, story) {
        if (entry.type === 'policy.loaded') policy = readPolicyText(texts['policy']) ?? policy;
        if (entry.type === 'request.submitted') {
          const { seats, exclusions } = entry.data.demands;
          const out = new Set(exclusions.map(({ person }) => person));
          for (const { from, candidates } of seats) {
            for (const person of candidates) if (!out.has(person)) rightOf(person, from).asked += 1;
          }
        }
        if (entry.type === 'review.recorded') {
          for (const index of entry.data.seats) {
            const from = story?.demands?.seats[index]?.from;
            if (from === undefined) continue;
            const right = rightOf(entry.data.person, from);
            right.used += 1;
            right.lastAt = entry.at;
            right.lastAction = story?.subject.action ?? null;
          }
        }
      },
      finish() {
        const inForce = seatsOf(policy);
        for (const { from, members } of inForce.values()) for (const person of members) rightOf(person, from);
        for (const [, right] of [...rights].sort(([a], [b]) => (a < b ? -1 : 1))) {
          const { person, seat, asked, used, lastAt, lastAction } = right;
          const held = inForce.get(seat);
          const isHeld = held?.members.has(person) ?? false;
          const told = [isHeld ? held?.plans.join(' ') : null, isHeld ? held?.rules.join(' ') : null];
          const last = lastAt === null ? null : toIsoTime(lastAt);
          const [plans = null, rules = null] = told;
          emit(...personCells(person, people), seat, isHeld, plans, rules, asked, used, last, lastAction);
        }
      },
    };
  },
};

interface SeatInForce {
  readonly from: readonly string[];
  readonly members: ReadonlySet<string>;
  readonly plans: readonly string[];
  readonly rules: readonly string[];
}

/** The seats of a policy by name, each with who can fill it and what asks for it. */
function seatsOf(policy: JsonObject | null): ReadonlyMap<string, SeatInForce> {
  const seats = new Map<string, SeatInForce>();
  const groups = objectAt(policy, 'groups');
  for (const [plan, value] of Object.entries(objectAt(policy, 'plans'))) {
    for (const seat of listAt(value, 'seats')) {
      const from = texts(listAt(seat, 'from'));
      const members = from.flatMap((group) => texts(listAt(groups[group] ?? null, 'members')));
      const known = seats.get(seatName(from));
      seats.set(seatName(from), {
        from,
        members: new Set(members),
        plans: [...(known?.plans ?? []), plan],
        rules: [...(known?.rules ?? []), ...rulesFor(policy, plan)],
      });
    }
  }
  return seats;
}

function rulesFor(policy: JsonObject | null, plan: string): readonly string[] {
  const rules = listAt(policy, 'rules').flatMap((rule) =>
    isJsonObject(rule) && rule['plan'] === plan && typeof rule['id'] === 'string' ? [rule['id']] : [],
  );
  return objectAt(policy, 'default')['plan'] === plan ? [...rules, '(default)'] : rules;
}

function seatName(from: readonly string[]): string {
  return [...from].sort().join('|');
}

function objectAt(value: Json, key: string): JsonObject {
  const held = isJsonObject(value) ? (value[key] ?? null) : null;
  return isJsonObject(held) ? held : {};
}

function listAt(value: Json, key: string): readonly Json[] {
  const held = isJsonObject(value) ? (value[key] ?? null) : null;
  return isJsonArray(held) ? held : [];
}

function texts(items: readonly Json[]): readonly string[] {
  return items.filter((item) => typeof item === 'string');
}
