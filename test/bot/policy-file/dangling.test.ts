import { describe, expect, it } from 'vitest';
import { refusesEach } from './refuses-each.ts';
import { type Change, changed, problemsOf } from './sound-policy.ts';

const WHEN = `    when: "payload.kind == 'sql'"`;
const DENY = '    tell: IAM admin is not available to agents';
const EXPORT = '    match: { action: db.export, target: "postgres/prod/**" }';

describe('a policy that names what is not there', () => {
  refusesEach([
    [
      'an unknown member',
      ['members: [carol] }', 'members: [carol, dave] } # HERE'],
      'groups.security.members[1]',
      'there is no person "dave"',
    ],
    [
      'an unknown auditor',
      ['auditors: [carol]', 'auditors: [dave] # HERE'],
      'auditors[0]',
      'there is no person "dave"',
    ],
    [
      'a client with an unknown owner',
      ['    owner: alice', '    owner: dave # HERE'],
      'clients.deploy-agent.owner',
      'there is no person "dave"',
    ],
    [
      'row 7b: a client that may act for nobody known',
      ['    may_act_for: [alice, bob]', '    may_act_for: [alice, dave] # HERE'],
      'clients.deploy-agent.may_act_for[1]',
      'there is no person "dave"',
    ],
    [
      'an unknown plan in a rule',
      ['    plan: two-keys', '    plan: two-key # HERE'],
      'rules[0].plan',
      'there is no plan "two-key"',
    ],
    [
      'an unknown plan in the default',
      ['  plan: one-key', '  plan: one # HERE'],
      'default.plan',
      'there is no plan "one"',
    ],
    [
      'an unknown person to exclude',
      [DENY, '    exclude: [dave] # HERE'],
      'rules[2].exclude[0]',
      'there is no person "dave"',
    ],
    [
      'an unknown group in a match',
      [EXPORT, '    match: { groups: [dbas] } # HERE'],
      'rules[0].match.groups[0]',
      'there is no group "dbas"',
    ],
    [
      'an unknown requester in a match',
      [EXPORT, '    match: { requester: { id: deploy-agnet } } # HERE'],
      'rules[0].match.requester.id',
      'there is no client or person "deploy-agnet"',
    ],
    [
      'row 7b: an undeclared environment in a match',
      ['environment: dev }', 'environment: Dev } # HERE'],
      'rules[1].match.environment',
      '"Dev" is not declared in environments',
    ],
    [
      'row 7b: an undeclared environment in a list',
      ['environment: dev }', 'environment: [dev, stage] } # HERE'],
      'rules[1].match.environment[1]',
      '"stage" is not declared',
    ],
    [
      'row 7b: an undeclared environment in a target',
      [EXPORT, '    match: { target: "postgres/Prod/**" } # HERE'],
      'rules[0].match.target',
      'names the environment "Prod"',
    ],
    [
      'row 7b: a glob over environments that hits none',
      [EXPORT, '    match: { target: "postgres/st*/**" } # HERE'],
      'rules[0].match.target',
      'names the environment "st*"',
    ],
    [
      "row 26: an undeclared environment in a client's targets",
      ['"k8s/**"]', '"k8s/stage/*"] # HERE'],
      'clients.deploy-agent.targets[1]',
      'names the environment "stage"',
    ],
  ]);
});

describe('a rule that can bind nothing', () => {
  const target = (glob: string): Change => [EXPORT, `    match: { target: "${glob}" } # HERE`];
  const action = (glob: string): Change => [EXPORT, `    match: { action: "${glob}" } # HERE`];
  refusesEach([
    ['a target of one part', target('postgres'), 'rules[0].match.target', 'SYSTEM/ENVIRONMENT/RESOURCE'],
    [
      'a target of two parts',
      target('postgres/prod'),
      'rules[0].match.target',
      'SYSTEM/ENVIRONMENT/RESOURCE',
    ],
    [
      'a target of two parts with a star that stays in its part',
      target('postgres/*'),
      'rules[0].match.target',
      'SYSTEM/ENVIRONMENT/RESOURCE',
    ],
    [
      'a target without a resource',
      target('postgres/prod/'),
      'rules[0].match.target',
      'SYSTEM/ENVIRONMENT/RESOURCE',
    ],
    ['a target without a system', target('/prod/orders'), 'rules[0].match.target', 'has no system'],
    [
      'a system that the grammar forbids',
      target('post:gres/prod/x'),
      'rules[0].match.target',
      'no system has such a name',
    ],
    [
      'an environment that the grammar forbids',
      target('postgres/pr@d/x'),
      'rules[0].match.target',
      'no environment has such a name',
    ],
    [
      'a target with foreign characters',
      target('postgres/prod/or ders'),
      'rules[0].match.target',
      'must be a target or a glob',
    ],
    ['an action with two dots', action('db..export'), 'rules[0].match.action', 'can match no action'],
    ['an action that ends in a dot', action('db.'), 'rules[0].match.action', 'can match no action'],
    ['an action in capitals', action('DB.export'), 'rules[0].match.action', 'must be an action or a glob'],
    [
      'an empty list',
      [EXPORT, '    match: { action: [] } # HERE'],
      'rules[0].match.action',
      'must not be empty',
    ],
    [
      "a client's action that matches nothing",
      ['["db.*", "deploy.*"]', '["db.*", "1.*"] # HERE'],
      'clients.deploy-agent.actions[1]',
      'can match no action',
    ],
    [
      'a pointer that starts with no slash',
      ['redact: [/secret] }', 'redact: [secret] } # HERE'],
      'actions["key.rotate"].redact[0]',
      'must be a JSON pointer',
    ],
    [
      'a pointer with a bad escape',
      ['redact: [/secret] }', 'redact: [/a~2b] } # HERE'],
      'actions["key.rotate"].redact[0]',
      'must be a JSON pointer',
    ],
    [
      'a condition that is not CEL',
      [WHEN, '    when: "payload.kind = 1" # HERE'],
      'rules[1].when',
      'is not CEL',
    ],
    [
      'a condition with an unknown name',
      [WHEN, '    when: "payload.kind == sql" # HERE'],
      'rules[1].when',
      'unknown name "sql"',
    ],
    [
      'row 23: a pattern that is not RE2',
      [WHEN, '    when: "payload.kind.matches(\'(?=a)\')" # HERE'],
      'rules[1].when',
      'is not CEL',
    ],
  ]);

  it.each([
    'postgres/**',
    '**',
    '**/prod/**',
    'postgres/prod/*',
    'p*/pr*/o*',
    '*/*/*',
    'postgres/prod/a/b',
    'post**',
  ])('takes the target %s', (glob) => {
    expect(problemsOf(changed(target(glob)))).toEqual([]);
  });

  it.each(['*', 'db.*', '*.export', 'db.ex*', 'db.export', '**'])('takes the action %s', (glob) => {
    expect(problemsOf(changed(action(glob)))).toEqual([]);
  });
});
