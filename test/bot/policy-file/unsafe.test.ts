import { describe, expect, it } from 'vitest';
import { refusesEach } from './refuses-each.ts';
import { changed, hash, lineOf, problemsOf } from './sound-policy.ts';

const ONE_SEAT = '    seats: [{ from: [dba], count: 1 }]';
const WHEN = `    when: "payload.kind == 'sql'"`;
const DENY = '    tell: IAM admin is not available to agents';
const CAROL = 'carol: { name: Carol Wu, accounts: { slack: T01/U03 } }';

describe('a policy whose seats cannot be filled', () => {
  refusesEach([
    [
      'a seat without groups',
      [ONE_SEAT, '    seats: [{ from: [], count: 1 }] # HERE'],
      'plans.one-key.seats[0].from',
      'must not be empty',
    ],
    [
      'a seat that counts nobody',
      [ONE_SEAT, '    seats: [{ from: [dba], count: 0 }] # HERE'],
      'plans.one-key.seats[0].count',
      'must be 1 or more',
    ],
    ['a plan without seats', [ONE_SEAT, '    seats: [] # HERE'], 'plans.one-key.seats', 'must not be empty'],
    [
      'a seat of a group without members',
      [ONE_SEAT, '    seats: [{ from: [nobody], count: 1 }] # HERE'],
      'plans.one-key.seats[0]',
      'its groups have no members',
    ],
    [
      'a seat that needs more people than its groups have',
      [ONE_SEAT, '    seats: [{ from: [dba, nobody], count: 3 }] # HERE'],
      'plans.one-key.seats[0]',
      'it needs 3 people and its groups have 2',
    ],
    [
      'row 4: a plan whose seats can be filled one by one but not all at once',
      [ONE_SEAT, '    seats: [{ from: [dba], count: 2 }, { from: [dba, security], count: 2 }] # HERE'],
      'plans.one-key.seats',
      'not enough different people',
    ],
    [
      'two seats that draw from the same groups, since they would become one',
      [
        ONE_SEAT,
        '    seats: [{ from: [dba, security], count: 1 }, { from: [security, dba], count: 1 }] # HERE',
      ],
      'plans.one-key.seats[1]',
      'draws from the same groups as seat 0',
    ],
    [
      'a seat of an unknown group',
      [ONE_SEAT, '    seats: [{ from: [dbas], count: 1 }] # HERE'],
      'plans.one-key.seats[0].from[0]',
      'there is no group "dbas"',
    ],
    [
      'an unknown group in clear_from',
      ['clear_from: [security]', 'clear_from: [securty] # HERE'],
      'clear_from[0]',
      'there is no group "securty"',
    ],
    [
      'an empty clear_from',
      ['clear_from: [security]', 'clear_from: [] # HERE'],
      'clear_from',
      'must not be empty',
    ],
    [
      'a clear_from that nobody is in',
      ['clear_from: [security]', 'clear_from: [nobody] # HERE'],
      'clear_from',
      'nobody could lift a freeze',
    ],
  ]);

  it('refuses a missing clear_from', () => {
    expect(problemsOf(changed(['clear_from: [security]\n', '']))).toEqual([
      { line: 1, path: 'clear_from', message: 'is missing' },
    ]);
  });
});

describe('a policy in which one is another', () => {
  refusesEach([
    [
      'row 3: one Slack account on two people',
      [CAROL, 'carol: { name: Carol Wu, accounts: { slack: T01/U01 } } # HERE'],
      'people.carol.accounts.slack',
      'this Slack account stands at people.alice.accounts.slack already',
    ],
    [
      'row 3: one GitHub account on two people',
      [CAROL, 'carol: { name: Carol Wu, accounts: { github: github.com/583231 } } # HERE'],
      'people.carol.accounts.github',
      'this GitHub account stands at people.alice',
    ],
    [
      'row 3: one token on two people',
      [CAROL, `carol: { name: Carol Wu, accounts: { api_token_sha256: ${hash('c')} } } # HERE`],
      'people.carol.accounts.api_token_sha256',
      'stands at people.bob.accounts.api_token_sha256[1] already',
    ],
    [
      'a token that is listed twice',
      [`[${hash('b')}, ${hash('c')}] } }`, `[${hash('b')}, ${hash('b')}] } } # HERE`],
      'people.bob.accounts.api_token_sha256[1]',
      'this token hash stands at',
    ],
    [
      'row 7: a token of a person and a client',
      [`token_sha256: ${hash('d')} }`, `token_sha256: ${hash('a')} } # HERE`],
      'clients.deploy-agent.auth.token_sha256',
      'stands at people.alice.accounts.api_token_sha256 already',
    ],
    [
      'a client without a token',
      [`    auth: { token_sha256: ${hash('d')} }`, '    auth: {} # HERE'],
      'clients.deploy-agent.auth',
      'needs a token_sha256',
    ],
    [
      'a client with the name of a person',
      ['  deploy-agent:', '  alice: # HERE'],
      'clients.alice',
      '"alice" is a person too',
    ],
    [
      'two rules with one id',
      ['  - id: read-only', '  - id: prod-db-export # HERE'],
      'rules[1].id',
      'there is a rule "prod-db-export" already',
    ],
  ]);
});

describe('a policy that opens a door', () => {
  refusesEach([
    [
      'a default that allows',
      ['  effect: require\n  plan: one-key', '  effect: allow # HERE\n  plan: one-key'],
      'default.effect',
      'whatever no rule foresaw would run unseen',
    ],
    [
      'a default that requires nothing',
      ['default:\n  effect: require\n  plan: one-key', 'default: # HERE\n  effect: require'],
      'default',
      'needs a plan',
    ],
    [
      'a default that denies and has a plan',
      ['  effect: require\n  plan: one-key', '  effect: deny\n  plan: one-key # HERE'],
      'default.plan',
      'takes no plan',
    ],
    [
      'row 7b: an allow without a condition',
      [
        `  - id: read-only\n    match: { action: db.read, environment: dev }\n${WHEN}`,
        '  - id: read-only # HERE\n    match: { action: db.read, environment: dev }',
      ],
      'rules[1]',
      'needs a when that looks at the payload',
    ],
    [
      'row 7b: an allow on what the asker says',
      [WHEN, "    when: \"action == 'payload' && target.resource == 'payload.kind'\" # HERE"],
      'rules[1].when',
      'needs a when that looks at the payload',
    ],
    [
      'row 7b: an allow that only pretends to look at the payload',
      [WHEN, '    when: "[1].exists(payload, payload == 1)" # HERE'],
      'rules[1].when',
      'as the variable of a macro',
    ],
    [
      'an allow with a plan',
      [WHEN, `${WHEN}\n    plan: one-key # HERE`],
      'rules[1].plan',
      'a rule that says allow takes no plan',
    ],
    [
      'a deny with a plan',
      [DENY, '    plan: one-key # HERE'],
      'rules[2].plan',
      'a rule that says deny takes no plan',
    ],
    [
      'a deny that replaces the default',
      [DENY, '    replaces_default: true # HERE'],
      'rules[2].replaces_default',
      'only a rule that says require',
    ],
    [
      'an allow that replaces the default',
      [WHEN, `${WHEN}\n    replaces_default: true # HERE`],
      'rules[1].replaces_default',
      'only a rule that says require',
    ],
    [
      'keys among the data',
      ['version: 1', 'version: 1\ndata_dir: ./data\nkey_dir: ./data/keys # HERE'],
      'key_dir',
      'must not be inside data_dir',
    ],
  ]);

  it('refuses a require without a plan', () => {
    const text = changed(
      ['  - id: prod-db-export\n', '  - id: prod-db-export # HERE\n'],
      ['    plan: two-keys\n', ''],
    );
    expect(problemsOf(text)).toEqual([
      { line: lineOf(text), path: 'rules[0]', message: 'needs a plan: who would approve?' },
    ]);
  });

  it.each([
    ['./data', './data'],
    ['./data', 'data/../data/keys'],
    ['/var/lib/keyturn', '/var/lib/keyturn/keys'],
    ['.', './keys'],
    ['..', './keys'],
    ['./data', './data/..keys'],
  ])('refuses key_dir inside data_dir: data %s, keys %s', (data, keys) => {
    const text = changed(['version: 1', `version: 1\ndata_dir: ${data}\nkey_dir: ${keys} # HERE`]);
    expect(problemsOf(text)).toMatchObject([{ line: lineOf(text), path: 'key_dir' }]);
  });

  it.each([
    ['./data', './keys'],
    ['./data', './data-keys'],
    ['./keyturn/data', './keyturn/keys'],
    ['.', '/etc/keyturn'],
  ])('takes key_dir beside data_dir: data %s, keys %s', (data, keys) => {
    expect(problemsOf(changed(['version: 1', `version: 1\ndata_dir: ${data}\nkey_dir: ${keys}`]))).toEqual(
      [],
    );
  });
});
