import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Facts } from '../../../bot/core/match.ts';
import { toPlace } from '../../../bot/core/place.ts';
import type { Plan } from '../../../bot/core/plan.ts';
import { type Evaluation, evaluate, type Policy, type Rule } from '../../../bot/core/policy.ts';
import { type PersonId, type Remind, RISKS, WAYS } from '../../../bot/core/request.ts';
import { rule } from '../../helpers/rulebook.ts';

const SEED = Number(process.env['KEYTURN_SEED'] ?? 20261122);
const GROUPS: Readonly<Record<string, readonly string[]>> = { a: ['p', 'q'], b: ['q', 'r'], c: ['s'] };
const groupNames = fc.subarray(Object.keys(GROUPS), { minLength: 1 });
const people = fc.subarray(['p', 'q', 'r', 's']) as fc.Arbitrary<PersonId[]>;
const time = fc.integer({ min: 1_000, max: 100_000 });

const plan: fc.Arbitrary<Plan> = fc.record({
  id: fc.constantFrom('one', 'two', 'three'),
  seats: fc.array(fc.record({ from: groupNames, count: fc.integer({ min: 1, max: 3 }) }), {
    minLength: 1,
    maxLength: 3,
  }),
  comment: fc.record({ approve: fc.boolean(), reject: fc.boolean(), flag: fc.boolean() }),
  expiresAfterMs: time,
  usableForMs: time,
  outcomeWithinMs: time,
  reviewVia: fc.subarray([...WAYS]),
  remind: fc.subarray<Remind>(['half', 500, 900]),
  escalate: fc.array(fc.record({ afterMs: time, notify: groupNames }), { maxLength: 2 }),
  notify: fc.subarray([toPlace('room'), toPlace('slack', '#a')]),
});

const anyRule: fc.Arbitrary<Rule> = fc
  .record({
    effect: fc.constantFrom('deny', 'require', 'allow'),
    match: fc.record(
      {
        action: fc.constantFrom(['db.*'], ['k8s.*'], ['*']),
        environment: fc.constantFrom(['prod'], ['dev']),
        risk: fc.constantFrom([...RISKS], ['high' as const]),
      },
      { requiredKeys: [] },
    ),
    when: fc.constantFrom(null, true, false, 'unevaluable' as const),
    plan,
    risk: fc.option(fc.constantFrom(...RISKS)),
    exclude: people,
    replacesDefault: fc.boolean(),
  })
  .map(({ when, ...rest }) => {
    const required = rest.effect === 'require';
    return rule('r', {
      ...rest,
      when: when === null ? null : () => when,
      plan: required ? rest.plan : null,
      replacesDefault: required && rest.replacesDefault,
    });
  });

const policy: fc.Arbitrary<Policy> = fc
  .record({
    rules: fc.array(anyRule, { maxLength: 6 }),
    default: fc.oneof(
      fc.constant({ effect: 'deny' as const }),
      plan.map((one) => ({ effect: 'require' as const, plan: one })),
    ),
  })
  .map((parts) => ({
    ...parts,
    version: 'sha256:0' as const,
    freezes: [],
    breakGlass: [],
    members: (group: string) => (GROUPS[group] ?? []) as PersonId[],
  }));

const facts: fc.Arbitrary<Facts> = fc.record({
  action: fc.constantFrom('db.export', 'k8s.apply'),
  target: fc.record({
    system: fc.constant('s'),
    environment: fc.constantFrom('prod', 'dev'),
    resource: fc.constant('r'),
  }),
  requester: fc.constant({ id: 'agent', kind: 'agent' as const }),
  onBehalfOf: fc.constant(null),
  groups: fc.constant([]),
  payload: fc.constant({}),
  risk: fc.constantFrom(...RISKS),
  now: fc.constant(0),
});

const STRICTNESS = { allow: 0, require: 1, deny: 2 } as const;
const keyOf = (from: readonly string[]) => [...new Set(from)].sort().join(' ');

/** That whatever `before` demanded, `after` demands too. */
function expectNoLooser(before: Evaluation, after: Evaluation): void {
  expect(STRICTNESS[after.effect]).toBeGreaterThanOrEqual(STRICTNESS[before.effect]);
  expect(RISKS.indexOf(after.risk)).toBeGreaterThanOrEqual(RISKS.indexOf(before.risk));
  for (const exclusion of before.exclusions) expect(after.exclusions).toContainEqual(exclusion);
  if (before.effect !== 'require' || after.effect !== 'require') return;
  for (const seat of before.seats) {
    const same = after.seats.find(({ from }) => keyOf(from) === keyOf(seat.from));
    expect(same?.count).toBeGreaterThanOrEqual(seat.count);
    for (const person of same?.candidates ?? []) expect(seat.candidates).toContain(person);
  }
  for (const verdict of ['approve', 'reject', 'flag'] as const) {
    if (before.comment[verdict]) expect(after.comment[verdict]).toBe(true);
  }
  expect(after.expiresAfterMs).toBeLessThanOrEqual(before.expiresAfterMs);
  expect(after.usableForMs).toBeLessThanOrEqual(before.usableForMs);
  expect(after.outcomeWithinMs).toBeLessThanOrEqual(before.outcomeWithinMs);
  for (const way of after.reviewVia) expect(before.reviewVia).toContain(way);
  for (const notice of before.notify) expect(after.notify).toContainEqual(notice);
  expect(after.breakGlass).toEqual(before.breakGlass);
}

const place = fc.nat(6);
const withRule = (old: Policy, added: Rule, at: number): Policy => ({
  ...old,
  rules: old.rules.toSpliced(at, 0, added),
});

describe('a policy with one rule more', () => {
  it('is never looser for a deny', () => {
    fc.assert(
      fc.property(policy, anyRule, place, facts, (old, base, at, asked) => {
        const deny: Rule = { ...base, effect: 'deny', plan: null, replacesDefault: false };
        expectNoLooser(evaluate(old, asked), evaluate(withRule(old, deny, at), asked));
      }),
      { seed: SEED, numRuns: 1_000 },
    );
  });

  it('is never looser for a require that does not replace the default', () => {
    fc.assert(
      fc.property(policy, anyRule, plan, place, facts, (old, base, demanded, at, asked) => {
        const require: Rule = { ...base, effect: 'require', plan: demanded, replacesDefault: false };
        const before = evaluate(old, asked);
        // A default that denies is for what no rule matched; the first rule that matches takes its place.
        const onlyDefaultDenied = before.effect === 'deny' && before.rules.length === 0;
        if (!onlyDefaultDenied) expectNoLooser(before, evaluate(withRule(old, require, at), asked));
      }),
      { seed: SEED, numRuns: 1_000 },
    );
  });
});

describe('any policy', () => {
  it('decides the same whatever the order of its rules, but for the order of what it names', () => {
    fc.assert(
      fc.property(policy, facts, (one, asked) => {
        const there = evaluate(one, asked);
        const back = evaluate({ ...one, rules: one.rules.toReversed() }, asked);
        expectNoLooser(there, back);
        expectNoLooser(back, there);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it('row 7b: releases at once only what an allow rule matched for certain', () => {
    fc.assert(
      fc.property(policy, facts, (one, asked) => {
        if (evaluate(one, asked).effect !== 'allow') return;
        expect(
          one.rules.some(
            (each) => each.effect === 'allow' && (each.when === null || each.when(asked) === true),
          ),
        ).toBe(true);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});
