import { describe, expect, it } from 'vitest';
import type { PersonId } from '../../../bot/core/request.ts';
import { compileRulebook } from '../../../bot/policy-file/compile.ts';
import { runTest } from '../../../bot/policy-file/run-tests.ts';
import type { PolicyTest } from '../../../bot/policy-file/schema-tests.ts';
import { refusesEach } from './refuses-each.ts';
import { type Change, problemsOf, SOUND, soundFile } from './sound-policy.ts';

const RULEBOOK = compileRulebook(soundFile(), (key) => key as PersonId, new Map());
const EXPORT = {
  action: 'db.export',
  target: 'postgres/prod/orders',
  requester: 'deploy-agent',
  payload: {},
};

function run(expect: PolicyTest['expect'], request: Partial<PolicyTest['request']> = {}) {
  return runTest(
    RULEBOOK,
    { name: 'one', request: { ...EXPORT, ...request }, expect },
    Date.UTC(2026, 10, 22),
  );
}

describe('a test of the policy', () => {
  it.each([
    ['effect', { effect: 'require' }, { effect: 'deny' }, 'require'],
    ['plans', { plans: ['two-keys'] }, { plans: ['one-key'] }, 'two-keys'],
    ['rules', { rules: ['prod-db-export'] }, { rules: [] }, 'prod-db-export'],
    ['risk', { risk: 'critical' }, { risk: 'low' }, 'critical'],
    [
      'seats',
      {
        seats: [
          { from: ['security'], count: 1 },
          { from: ['dba'], count: 1 },
        ],
      },
      { seats: [{ from: ['dba'], count: 1 }] },
      '1 of dba, 1 of security',
    ],
    ['excluded', { excluded: ['alice'] }, { excluded: [] }, 'alice'],
    ['tell', { tell: null }, { tell: 'x' }, 'nothing'],
  ] as [string, PolicyTest['expect'], PolicyTest['expect'], string][])(
    'compares %s',
    (what, right, wrong, got) => {
      expect(run(right)).toEqual([]);
      expect(run(wrong)).toMatchObject([{ what, got }]);
    },
  );

  it.each([
    ['ACTION_NOT_ALLOWED', { action: 'vault.open' }],
    ['INVALID', { on_behalf_of: 'carol' }],
    ['INVALID', { target: 'postgres/staging/orders' }],
    ['NO_ELIGIBLE_REVIEWER', { on_behalf_of: 'bob' }],
  ] as const)('compares the refusal: %s', (refusal, request) => {
    expect(run({ refusal }, request)).toEqual([]);
    expect(run({ refusal })).toMatchObject([{ what: 'refusal', expected: refusal, got: 'none' }]);
  });

  it('that expects no refusal fails on one, whatever else it expects', () => {
    expect(run({ effect: 'require' }, { on_behalf_of: 'bob' })).toEqual([
      { what: 'refusal', expected: 'none', got: 'NO_ELIGIBLE_REVIEWER' },
    ]);
  });

  it('asks at the time that it names', () => {
    const text = SOUND.replace(
      `when: "payload.kind == 'sql'"`,
      `when: "payload.kind == 'sql' && now < timestamp('2026-01-01T00:00:00Z')"`,
    );
    const rulebook = compileRulebook(soundFile(text), (key) => key as PersonId, new Map());
    const request = { ...EXPORT, action: 'db.read', target: 'postgres/dev/x', payload: { kind: 'sql' } };
    const effects = ['2025-12-31T23:59:59+00:00', '2026-01-01T00:00:00Z'].map(
      (at) =>
        runTest(rulebook, { name: 'x', request: { ...request, at }, expect: { effect: 'allow' } }, 0).length,
    );
    expect(effects).toEqual([0, 1]);
  });
});

const test = (text: string): Change => ['default:\n', `tests:\n  - ${text} # HERE\ndefault:\n`];
const REQUEST = 'request: { action: db.export, target: postgres/prod/orders, requester: deploy-agent }';

describe('a section of tests', () => {
  refusesEach([
    [
      'a requester that is not there',
      test(
        `{ name: a, request: { action: db.x, target: a/b/c, requester: robot }, expect: { effect: deny } }`,
      ),
      'tests[0].request.requester',
      'there is no client or person "robot"',
    ],
    [
      'a plan that is not there',
      test(`{ name: a, ${REQUEST}, expect: { plans: [three-keys] } }`),
      'tests[0].expect.plans[0]',
      'there is no plan "three-keys"',
    ],
    [
      'a rule that is not there',
      test(`{ name: a, ${REQUEST}, expect: { rules: [x] } }`),
      'tests[0].expect.rules[0]',
      'there is no rule "x"',
    ],
    [
      'a person that is not there',
      test(`{ name: a, ${REQUEST}, expect: { excluded: [dave] } }`),
      'tests[0].expect.excluded[0]',
      'there is no person "dave"',
    ],
    [
      'a group that is not there',
      test(`{ name: a, ${REQUEST}, expect: { seats: [{ from: [x], count: 1 }] } }`),
      'tests[0].expect.seats[0].from[0]',
      'there is no group "x"',
    ],
    [
      'a test that expects nothing',
      test(`{ name: a, ${REQUEST}, expect: {} }`),
      'tests[0].expect',
      'must expect something',
    ],
    [
      'a code that is none',
      test(`{ name: a, ${REQUEST}, expect: { refusal: NO } }`),
      'tests[0].expect.refusal',
      'must be UNAUTHENTICATED',
    ],
    [
      'a target without its parts',
      test(
        `{ name: a, request: { action: db.x, target: orders, requester: alice }, expect: { effect: deny } }`,
      ),
      'tests[0].request.target',
      'must be a target such as',
    ],
    [
      'a time that is none',
      test(
        `{ name: a, request: { action: db.x, target: a/b/c, requester: alice, at: noon }, expect: { effect: deny } }`,
      ),
      'tests[0].request.at',
      'must be a time such as',
    ],
    [
      'a key that is misspelt',
      test(`{ name: a, ${REQUEST}, expect: { efect: deny, risk: low } }`),
      'tests[0].expect.efect',
      'is not a key that can stand here',
    ],
  ]);

  it('refuses two tests of one name', () => {
    const one = `  - { name: a, ${REQUEST}, expect: { effect: deny } }\n`;
    expect(problemsOf(`${SOUND}tests:\n${one}${one}`)).toMatchObject([{ path: 'tests[1].name' }]);
  });
});
