import { describe, expect, it } from 'vitest';
import { lintPolicy } from '../../../bot/policy-file/lint-policy.ts';
import { formatPath } from '../../../bot/policy-file/problem.ts';
import { readPolicyFile } from '../../../bot/policy-file/read.ts';
import { type Change, changed, lineOf, SOUND } from './sound-policy.ts';

function warningsOf(text: string) {
  const read = readPolicyFile(text);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return lintPolicy(read.file).map(({ path, message }) => ({
    line: read.lineOf(path),
    path: formatPath(path),
    message,
  }));
}

/** Nothing in it that a lint would speak of, so that each case shows one warning and no other. */
const QUIET: readonly Change[] = [
  ['    may_act_for: [alice, bob]\n', ''],
  ['    replaces_default: true\n', ''],
  ['"db.*", "deploy.*"]', '"db.*", "deploy.*", "iam.*"]'],
];

it('has nothing to say of a policy that means what it says', () => {
  expect(warningsOf(changed(...QUIET))).toEqual([]);
});

type Case = readonly [title: string, changes: readonly Change[], path: string, message: string];

/** Each change makes one warning, on the line that it marks. */
function warnsOfEach(cases: readonly Case[]): void {
  it.each(cases)('warns of %s', (_title, changes, path, message) => {
    const text = changed(...QUIET, ...changes);
    expect(warningsOf(text)).toEqual([
      { line: lineOf(text), path, message: expect.stringContaining(message) },
    ]);
  });
}

const IAM = '    match: { action: "iam.*", requester: { kind: agent } }';
const READ = '    match: { action: db.read, environment: dev }';

describe('a rule that can never match', () => {
  warnsOfEach([
    [
      'a target and an environment that have nothing in common',
      [[READ, '    match: { target: "postgres/prod/**", environment: dev } # HERE']],
      'rules[1].match',
      'its target and its environment have nothing in common',
    ],
    [
      'a requester of another kind than its id is',
      [[IAM, '    match: { requester: { kind: pipeline, id: deploy-agent } } # HERE']],
      'rules[2].match',
      'no client or person is such a requester',
    ],
    [
      'a person that is said to be an agent',
      [[IAM, '    match: { requester: { kind: agent, id: alice } } # HERE']],
      'rules[2].match',
      'no client or person is such a requester',
    ],
    [
      'an action that is on no list of its clients',
      [[IAM, '    match: { action: "vault.*", requester: { kind: agent } } # HERE']],
      'rules[2].match',
      'the lists of deploy-agent allow nothing of what it matches',
    ],
    [
      'a target that is on no list of its client',
      [[IAM, '    match: { target: "aws/**", requester: { id: deploy-agent } } # HERE']],
      'rules[2].match',
      'the lists of deploy-agent allow nothing of what it matches',
    ],
    [
      'a group that nobody is in',
      [[IAM, '    match: { groups: nobody } # HERE']],
      'rules[2].match',
      'nobody is in nobody',
    ],
    [
      'a group of people for whom its client may not ask',
      [[IAM, '    match: { groups: security, requester: { kind: agent } } # HERE']],
      'rules[2].match',
      'the lists of deploy-agent allow nothing of what it matches',
    ],
    [
      'a risk that no action of it has',
      [[IAM, '    match: { action: "db.*", risk: [high, critical] } # HERE']],
      'rules[2].match',
      'no action that it matches has the risk high or critical',
    ],
  ]);

  it.each([
    ['a target whose environment is a glob', '{ target: "postgres/*/orders", environment: dev }'],
    ['a target that crosses its parts', '{ target: "post**", environment: dev }'],
    ['what only people could ask, since they have no lists', '{ action: "vault.*" }'],
    ['a risk that an action of it has', '{ action: "key.*", risk: high }'],
    ['the risk of every action that is not configured', '{ action: "db.*", risk: medium }'],
    ['a group of somebody for whom a client may ask', '{ groups: dba, requester: { kind: agent } }'],
  ])('says nothing of %s', (_title, match) => {
    expect(warningsOf(changed(...QUIET, [IAM, `    match: ${match}`]))).toEqual([]);
  });
});

describe('a rule that never decides', () => {
  const allow = '  - id: read-only';
  const rule = (text: string): Change => [allow, `${text}\n${allow} # HERE`];
  warnsOfEach([
    [
      'an allow behind a require that covers it',
      [rule('  - { id: wide, match: { action: "db.*" }, effect: require, plan: two-keys }')],
      'rules[2]',
      'never decides: wide says require to everything that it matches',
    ],
    [
      'an allow behind a deny of all that it names in other words',
      [rule('  - { id: wide, match: { action: ["d*.re*"], environment: [prod, dev] }, effect: deny }')],
      'rules[2]',
      'never decides: wide says deny to everything that it matches',
    ],
  ]);

  it.each([
    ['another action', '{ action: "db.rea" }', ''],
    ['another environment', '{ action: "db.*", environment: prod }', ''],
    ['only some requesters', '{ action: "db.*", requester: { kind: agent } }', ''],
    ['only what a condition says', '{ action: "db.*" }', ', when: "payload.kind == \'x\'"'],
  ])('is not behind a require for %s', (_title, match, when) => {
    const text = changed(...QUIET, [
      allow,
      `  - { id: wide, match: ${match}, effect: require, plan: two-keys${when} }\n${allow}`,
    ]);
    expect(warningsOf(text)).toEqual([]);
  });
});

describe('a request that nobody could approve', () => {
  warnsOfEach([
    [
      'a seat that only the owner of the client could fill',
      [
        ['  one-key:', '  solo:\n    seats: [{ from: [leads], count: 1 }]\n  one-key:'],
        ['  nobody: { members: [] }', '  nobody: { members: [] }\n  leads: { members: [alice] }'],
        [
          '  - id: read-only',
          '  - { id: solo, match: { action: "deploy.*" }, effect: require, plan: solo } # HERE\n  - id: read-only',
        ],
      ],
      'rules[1]',
      'nobody could approve what deploy-agent asks: excluded are alice, and it needs 1 of leads (alice), 1 of dba (alice, bob)',
    ],
    [
      'a seat that is left to nobody once the rule has excluded its people',
      [
        ['    risk: critical', '    risk: critical\n    exclude: [carol]'],
        ['  - id: prod-db-export', '  - id: prod-db-export # HERE'],
      ],
      'rules[0]',
      'nobody could approve what deploy-agent asks: excluded are alice, carol',
    ],
  ]);

  it('is told of each person it could be asked for, at every rule that would hold it', () => {
    const text = changed(...QUIET.slice(1), ['default:', 'default: # HERE']);
    const warnings = warningsOf(text);
    expect(warnings.map(({ path }) => path)).toEqual(['default', 'rules[0]']);
    expect(warnings[0]).toEqual({
      line: lineOf(text),
      path: 'default',
      message:
        'nobody could approve what deploy-agent asks for bob: excluded are alice, bob, and it needs 1 of dba (alice, bob)',
    });
  });
});

describe('a policy weaker than its default', () => {
  warnsOfEach([
    [
      'a rule that replaces the default',
      [['    risk: critical', '    risk: critical\n    replaces_default: true # HERE']],
      'rules[0].replaces_default',
      'what plan one-key asks for is not asked here',
    ],
    [
      'a condition that looks at nothing',
      [[IAM, `${IAM}\n    when: "size('a') == 1" # HERE`]],
      'rules[2].when',
      'its answer is always the same',
    ],
  ]);

  it('is told of all of it in the file that is used everywhere else', () => {
    expect(warningsOf(SOUND).map(({ path }) => path)).toEqual([
      'rules[0].replaces_default',
      'rules[2].match',
      'default',
      'rules[0]',
    ]);
  });
});
