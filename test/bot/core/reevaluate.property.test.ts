import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, type Json } from '../../../bot/core/canonical-json.ts';
import type { Circumstances } from '../../../bot/core/lifecycle/command.ts';
import { decide } from '../../../bot/core/lifecycle/decide.ts';
import { seatsOpenTo } from '../../../bot/core/lifecycle/eligibility.ts';
import { evolve } from '../../../bot/core/lifecycle/evolve.ts';
import { evaluate, type Policy } from '../../../bot/core/policy.ts';
import {
  type ActionRequest,
  type Demands,
  type PersonId,
  type Remind,
  RISKS,
  WAYS,
} from '../../../bot/core/request.ts';
import { toLogText } from '../../../store/audit/log-text.ts';
import type { LoggedDemands } from '../../../store/audit/replay-shape.ts';
import { loosened } from '../../../store/audit/replay-tighten.ts';
import { aRequest } from '../../conformance/a-request.ts';
import { rule } from '../../helpers/rulebook.ts';

const SEED = Number(process.env['KEYTURN_SEED'] ?? 20261122);
const PEOPLE = ['p', 'q', 'r', 's'] as PersonId[];
const GROUPS = ['a', 'b', 'c'];
const names = fc.subarray(GROUPS, { minLength: 1 });
const people = fc.subarray(PEOPLE);
const time = fc.integer({ min: 1_000, max: 100_000 });

const plan = fc.record({
  id: fc.constantFrom('one', 'two'),
  seats: fc.array(fc.record({ from: names, count: fc.integer({ min: 1, max: 2 }) }), {
    minLength: 1,
    maxLength: 3,
  }),
  comment: fc.record({ approve: fc.boolean(), reject: fc.boolean(), flag: fc.boolean() }),
  expiresAfterMs: time,
  usableForMs: time,
  outcomeWithinMs: time,
  reviewVia: fc.subarray([...WAYS]),
  remind: fc.subarray<Remind>(['half', 500]),
  escalate: fc.array(fc.record({ afterMs: time, notify: names }), { maxLength: 2 }),
  notify: fc.constant([]),
});

const glass = fc.record({
  match: fc.constant({}),
  who: names,
  reasonMin: fc.integer({ min: 1, max: 50 }),
  notify: fc.constant([]),
  reviewBy: names,
  reviewWithinMs: time,
});

/** A policy with the people who are in each group under it. */
const world = fc
  .record({
    effect: fc.constantFrom('require', 'require', 'require', 'allow'),
    plan,
    risk: fc.option(fc.constantFrom(...RISKS)),
    exclude: people,
    default: plan,
    breakGlass: fc.array(glass, { maxLength: 3 }),
    members: fc.record({ a: people, b: people, c: people }),
  })
  .map(({ effect, members, ...one }) => ({
    members: members as Readonly<Record<string, readonly PersonId[]>>,
    rule: rule('r', {
      effect: effect as 'require' | 'allow',
      plan: effect === 'require' ? one.plan : null,
      risk: one.risk,
      exclude: one.exclude,
    }),
    default: { effect: 'require' as const, plan: one.default },
    breakGlass: one.breakGlass,
  }));
type Age = typeof world extends fc.Arbitrary<infer T> ? T : never;

const versionOf = (nth: number): Demands['policyVersion'] => `sha256:${String(nth).padStart(64, '0')}`;

function policyOf(one: Age, nth: number): Policy {
  return {
    version: versionOf(nth),
    rules: [one.rule],
    default: one.default,
    freezes: [],
    breakGlass: one.breakGlass,
    members: (group) => one.members[group] ?? [],
  };
}

function evaluationOf(one: Age, nth: number) {
  const { action, target, createdAt: now } = aRequest();
  const requester = { id: 'agent', kind: 'agent' as const };
  return evaluate(policyOf(one, nth), {
    action,
    target,
    requester,
    onBehalfOf: null,
    groups: [],
    payload: {},
    risk: 'medium',
    now,
  });
}

function nowOf(one: Age, nth: number): Circumstances {
  return {
    at: aRequest().createdAt,
    policyVersion: versionOf(nth),
    groupsOf: (person) => GROUPS.filter((group) => one.members[group]?.includes(person)),
    clearFrom: [],
    isRequesterFrozen: () => false,
    members: (group) => one.members[group] ?? [],
    freezes: () => [],
    unknownGroups: new Set(),
    hasOverdueReview: () => false,
  };
}

/** The request as the first policy demands it. */
function born(first: Age): ActionRequest {
  const { rules, plans, risk, seats, exclusions, comment, expiresAfterMs, ...rest } = evaluationOf(first, 0);
  const { usableForMs, outcomeWithinMs, reviewVia, remind, escalate, notify, breakGlass } = rest;
  const base = aRequest();
  return aRequest({
    demands: {
      ...base.demands,
      policyVersion: versionOf(0),
      ...{ rules, plans, risk, seats, exclusions, comment, usableForMs, outcomeWithinMs },
      ...{ reviewVia, remind, escalate, notify, breakGlass },
      expiresAt: base.createdAt + expiresAfterMs,
    },
  });
}

/** The request after each later policy has met it, in order. */
function lives(ages: readonly Age[]): readonly ActionRequest[] {
  const [first, ...later] = ages;
  if (first === undefined) return [];
  const all = [born(first)];
  for (const [index, one] of later.entries()) {
    const before = all.at(-1) as ActionRequest;
    const nth = index + 1;
    const evaluation = evaluationOf(one, nth);
    const command = {
      type: 'reevaluate',
      evaluation,
      policyVersion: versionOf(nth),
      definition: null,
    } as const;
    const decision = decide(before, command, nowOf(one, nth));
    if (!decision.ok) throw new Error(decision.code);
    all.push(decision.events.reduce((request, event) => evolve(request, event, before.createdAt), before));
  }
  return all;
}

const ages = fc.array(world, { minLength: 2, maxLength: 5 });
const check = (property: (all: readonly Age[]) => void) =>
  fc.assert(fc.property(ages, property), { seed: SEED, numRuns: 400 });
const logged = (demands: Demands) => JSON.parse(toLogText(demands)) as LoggedDemands;

describe('demands over any sequence of policies', () => {
  it('only ever get stricter, by the rule that the verifier holds them to', () => {
    check((all) => {
      const requests = lives(all);
      for (const [index, after] of requests.entries()) {
        const before = requests[index - 1];
        if (before !== undefined) expect(loosened(logged(before.demands), logged(after.demands))).toBeNull();
      }
    });
  });

  it('demand of the last what every policy on the way demanded', () => {
    check((all) => {
      const { demands } = lives(all).at(-1) as ActionRequest;
      for (const [nth, one] of all.entries()) {
        const said = evaluationOf(one, nth);
        for (const { person } of said.exclusions)
          expect(demands.exclusions.map((e) => e.person)).toContain(person);
        expect(RISKS.indexOf(demands.risk)).toBeGreaterThanOrEqual(RISKS.indexOf(said.risk));
        for (const way of demands.reviewVia) expect(said.reviewVia).toContain(way);
        if (said.effect !== 'require') continue;
        for (const seat of said.seats) {
          const key = [...new Set(seat.from)].sort().join();
          const held = demands.seats.find(({ from }) => [...new Set(from)].sort().join() === key);
          expect(held?.count).toBeGreaterThanOrEqual(seat.count);
        }
        expect(demands.expiresAt).toBeLessThanOrEqual(aRequest().createdAt + said.expiresAfterMs);
        expect(demands.usableForMs).toBeLessThanOrEqual(said.usableForMs);
      }
    });
  });

  it('let nobody fill a seat who was not in its groups under every policy since it was made', () => {
    check((all) => {
      const requests = lives(all);
      const last = requests.at(-1) as ActionRequest;
      for (const person of PEOPLE) {
        for (const index of seatsOpenTo(last, person, nowOf(all.at(-1) as Age, all.length - 1))) {
          const from = last.demands.seats[index]?.from ?? [];
          const made = requests.findIndex(({ demands }) => demands.seats[index] !== undefined);
          for (const one of all.slice(made))
            expect(from.some((group) => one.members[group]?.includes(person))).toBe(true);
        }
      }
    });
  });

  it('let nobody break the glass whom some policy on the way did not let, nor on easier terms', () => {
    check((all) => {
      const { demands } = lives(all).at(-1) as ActionRequest;
      const same = (a: readonly string[], b: readonly string[]) =>
        canonicalJson([...new Set(a)].sort() as Json) === canonicalJson([...new Set(b)].sort() as Json);
      for (const held of demands.breakGlass)
        for (const one of all) {
          const like = one.breakGlass.filter(
            ({ who, reviewBy }) => same(who, held.who) && same(reviewBy, held.reviewBy),
          );
          expect(like.length).toBeGreaterThan(0);
          expect(like.some(({ reasonMin }) => held.reasonMin >= reasonMin)).toBe(true);
          expect(like.some(({ reviewWithinMs }) => held.reviewWithinMs <= reviewWithinMs)).toBe(true);
          for (const person of held.candidates)
            expect(held.who.some((group) => one.members[group]?.includes(person))).toBe(true);
        }
    });
  });
});

it('judges no request by a policy that it has not met', () => {
  const one = fc.sample(world, { seed: SEED, numRuns: 1 })[0] as Age;
  const request = born(one);
  const view = { type: 'view', person: 'p' as PersonId } as const;
  expect(() => decide(request, view, nowOf(one, 1))).toThrow('has not met the policy that is in force');
  expect(decide(request, view, nowOf(one, 0)).ok).toBe(true);
});
