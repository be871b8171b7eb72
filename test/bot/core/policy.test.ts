import { describe, expect, it } from 'vitest';
import type { Facts } from '../../../bot/core/match.ts';
import { evaluate, highest, type Policy, type Rule } from '../../../bot/core/policy.ts';
import type { PersonId } from '../../../bot/core/request.ts';
import { ONE_KEY, plan, rule, TWO_KEYS } from '../../helpers/rulebook.ts';

const FACTS: Facts = {
  action: 'db.export',
  target: { system: 'postgres', environment: 'prod', resource: 'orders' },
  requester: { id: 'agent', kind: 'agent' },
  onBehalfOf: null,
  groups: [],
  payload: {},
  risk: 'medium',
  now: 0,
};
const BOB = 'bob' as PersonId;

function policy(
  rules: readonly Rule[],
  fallback: Policy['default'] = { effect: 'require', plan: ONE_KEY },
): Policy {
  return {
    version: 'sha256:0',
    rules,
    default: fallback,
    freezes: [],
    breakGlass: [],
    members: (group) => (group === 'dba' ? [BOB] : []),
  };
}

describe('evaluating a policy', () => {
  it('uses the default where no rule matched', () => {
    const other = rule('other', { match: { action: ['k8s.*'] }, plan: TWO_KEYS });
    expect(evaluate(policy([other]), FACTS)).toMatchObject({
      effect: 'require',
      rules: [],
      plans: ['one-key'],
    });
    expect(evaluate(policy([other], { effect: 'deny' }), FACTS)).toMatchObject({
      effect: 'deny',
      rules: [],
      plans: [],
    });
  });

  it('freezes who may fill a seat at the time of asking', () => {
    expect(evaluate(policy([]), FACTS).seats).toEqual([{ from: ['dba'], count: 1, candidates: ['bob'] }]);
  });

  it('merges the default into every require that does not replace it', () => {
    const two = rule('two', { plan: TWO_KEYS });
    const strict = rule('strict', { plan: plan('strict', [['dba', 3]]), replacesDefault: true });
    expect(evaluate(policy([two]), FACTS).plans).toEqual(['two-keys', 'one-key']);
    expect(evaluate(policy([two, strict]), FACTS).plans).toEqual(['two-keys', 'strict']);
  });

  it('names a plan once, however many rules ask for it', () => {
    const rules = [rule('a', { plan: ONE_KEY }), rule('b', { plan: ONE_KEY })];
    expect(evaluate(policy(rules), FACTS)).toMatchObject({ rules: ['a', 'b'], plans: ['one-key'] });
  });

  it('denies by default only what no rule matched', () => {
    const deny = { effect: 'deny' } as const;
    expect(evaluate(policy([], deny), FACTS).effect).toBe('deny');
    expect(evaluate(policy([rule('a', { plan: ONE_KEY })], deny), FACTS).effect).toBe('require');
    const opening = rule('b', { plan: TWO_KEYS, replacesDefault: true });
    expect(evaluate(policy([rule('a', { plan: ONE_KEY }), opening], deny), FACTS)).toMatchObject({
      effect: 'require',
      plans: ['one-key', 'two-keys'],
    });
    expect(evaluate(policy([rule('c', { effect: 'allow' })], deny), FACTS).effect).toBe('allow');
  });

  it('counts risk and exclusions of every rule that matched, also of one that did not win', () => {
    const rules = [
      rule('free', { effect: 'allow', risk: 'critical', exclude: [BOB] }),
      rule('ask', { plan: ONE_KEY, risk: 'low' }),
    ];
    expect(evaluate(policy(rules), FACTS)).toMatchObject({
      effect: 'require',
      risk: 'critical',
      exclusions: [{ person: 'bob', because: 'excluded by rule free' }],
    });
  });

  it('tells what the first rule that decided has to tell', () => {
    const rules = [
      rule('ask', { plan: ONE_KEY, tell: 'asked' }),
      rule('no', { effect: 'deny' }),
      rule('never', { effect: 'deny', tell: 'never' }),
    ];
    expect(evaluate(policy(rules), FACTS)).toMatchObject({
      effect: 'deny',
      rules: ['no', 'never'],
      tell: 'never',
    });
  });

  it.each([
    ['deny', 'deny'],
    ['require', 'require'],
    ['allow', 'require'],
  ] as const)('an unevaluable condition of %s leads to %s', (effect, expected) => {
    const found = evaluate(policy([rule('x', { effect, plan: TWO_KEYS, when: () => 'unevaluable' })]), FACTS);
    expect(found.effect).toBe(expected);
    expect(found.rules).toEqual(effect === 'allow' ? [] : ['x']);
  });

  it('asks a condition only when everything else fits', () => {
    const when = () => {
      throw new Error('asked');
    };
    expect(evaluate(policy([rule('x', { match: { action: ['k8s.*'] }, when })]), FACTS).rules).toEqual([]);
  });

  it('matches on all parts together', () => {
    const match = {
      action: ['db.*'],
      target: ['postgres/**'],
      environment: ['prod'],
      requesterKind: ['agent' as const],
      requesterId: ['ag*'],
      groups: ['dba'],
      risk: ['medium' as const],
    };
    const rules = [rule('x', { match, effect: 'deny' })];
    const fitting = { ...FACTS, groups: ['dba'] };
    expect(evaluate(policy(rules), fitting).effect).toBe('deny');
    const misses: Partial<Facts>[] = [
      { action: 'k8s.apply' },
      { target: { ...FACTS.target, system: 'mysql' } },
      { target: { ...FACTS.target, environment: 'dev' } },
      { requester: { id: 'agent', kind: 'pipeline' } },
      { requester: { id: 'bot', kind: 'agent' } },
      { groups: ['security'] },
      { risk: 'high' },
    ];
    for (const miss of misses)
      expect(evaluate(policy(rules), { ...fitting, ...miss }).effect).toBe('require');
  });

  it('orders risks', () => {
    expect(highest(['low', 'high', 'medium'])).toBe('high');
    expect(highest(['critical', 'low'])).toBe('critical');
    expect(highest(['low'])).toBe('low');
  });
});
