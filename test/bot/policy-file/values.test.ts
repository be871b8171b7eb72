import { describe, expect, it } from 'vitest';
import { readPolicyFile } from '../../../bot/policy-file/read.ts';
import { type Change, changed, hash, lineOf, problemsOf, SOUND, soundFile } from './sound-policy.ts';

const PEOPLE = 'people:\n';
const MEMBERS = 'members: [carol] }';

describe('a value of the wrong kind', () => {
  const cases: readonly (readonly [title: string, change: Change, path: string, message: string])[] = [
    [
      'an unknown key at the top',
      [PEOPLE, 'peple: {} # HERE\npeople:\n'],
      'peple',
      'is not a key that can stand here',
    ],
    [
      'an unknown key of a rule',
      ['    effect: allow', '    effect: allow\n    excludes: [bob] # HERE'],
      'rules[1].excludes',
      'is not a key that can stand here',
    ],
    [
      'an unknown key of a match',
      ['environment: dev }', 'environment: dev, env: x } # HERE'],
      'rules[1].match.env',
      'is not a key',
    ],
    [
      'an unknown effect',
      ['    effect: allow', '    effect: permit # HERE'],
      'rules[1].effect',
      'must be deny, require or allow',
    ],
    [
      'an unknown risk',
      ['    risk: critical', '    risk: severe # HERE'],
      'rules[0].risk',
      'must be low, medium, high or critical',
    ],
    ['another version', ['version: 1', 'version: "1" # HERE'], 'version', 'must be 1'],
    [
      'a section that is a list',
      ['  security: { members: [carol] }', '  security: [carol] # HERE'],
      'groups.security',
      'must be a section',
    ],
    [
      'a list that is a word',
      [MEMBERS, 'members: carol } # HERE'],
      'groups.security.members',
      'must be a list',
    ],
    [
      'a word that is a list of something else',
      ['environment: dev }', 'environment: [dev, 7] } # HERE'],
      'rules[1].match.environment[1]',
      'must be text: put it in quotes',
    ],
    [
      'a hash that is a number',
      [`token_sha256: ${hash('d')} }`, `token_sha256: ${hash('1')} } # HERE`],
      'clients.deploy-agent.auth.token_sha256',
      'must be text: put it in quotes',
    ],
    [
      'row 26: a token in place of its hash',
      [`token_sha256: ${hash('d')} }`, 'token_sha256: ktc_secret } # HERE'],
      'clients.deploy-agent.auth.token_sha256',
      'must be the SHA-256 of a token',
    ],
    [
      'a hash in capitals',
      [`token_sha256: ${hash('d')} }`, `token_sha256: ${hash('D')} } # HERE`],
      'clients.deploy-agent.auth.token_sha256',
      'must be the SHA-256 of a token',
    ],
    [
      'three hashes',
      [`[${hash('b')}, ${hash('c')}]`, `[${hash('b')}, ${hash('c')}, ${hash('e')}]`],
      'people.bob.accounts.api_token_sha256',
      'holds at most two hashes',
    ],
    [
      'row 5: a person by e-mail address',
      ['accounts: { slack: T01/U03 } }', 'accounts: { slack: carol@example.com } } # HERE'],
      'people.carol.accounts.slack',
      'must be TEAM/USER by id',
    ],
    [
      'row 5: a person by login',
      ['accounts: { slack: T01/U03 } }', 'accounts: { github: github.com/carol } } # HERE'],
      'people.carol.accounts.github',
      'must be HOST/NUMBER by id',
    ],
    [
      'a name that looks like an id of the log',
      ['  carol: { name', '  psn_carol: { name'],
      'people.psn_carol',
      'must not start with "psn_"',
    ],
    [
      'a name with a line break',
      ['name: Carol Wu', 'name: "Carol\\nWu"'],
      'people.carol.name',
      'must not hold control characters',
    ],
    [
      'row 29: an admin listener for everybody',
      ['version: 1', 'version: 1\nadmin: { host: 0.0.0.0, port: 3001 } # HERE'],
      'admin.host',
      'must be a loopback address',
    ],
    [
      'a port above the last',
      ['version: 1', 'version: 1\nlisten: { port: 65536 } # HERE'],
      'listen.port',
      'must be 0 to 65535',
    ],
    [
      'a public_url with a path',
      ['version: 1', 'version: 1\nlisten: { public_url: https://a.example/x } # HERE'],
      'listen.public_url',
      'must be an origin',
    ],
    ['an action that is a glob', ['key.rotate: {', 'key.*: {'], 'actions["key.*"]', 'must be a dotted name'],
    [
      'more than two thousand characters of condition',
      [`when: "payload.kind == 'sql'"`, `when: "payload.kind == '${'x'.repeat(2_000)}'" # HERE`],
      'rules[1].when',
      'is longer than 2000 characters',
    ],
    [
      'more seats than twenty',
      ['seats: [{ from: [dba], count: 1 }]', `seats: [${'{ from: [dba], count: 1 },'.repeat(21)}] # HERE`],
      'plans.one-key.seats',
      'holds at most 20 entries',
    ],
    [
      'more members than three hundred',
      [MEMBERS, `members: [${'carol,'.repeat(301)}] } # HERE`],
      'groups.security.members',
      'holds at most 300 people',
    ],
  ];
  it.each(cases)('refuses %s', (_title, change, path, message) => {
    const text = changed(change);
    const problems = problemsOf(text);
    expect(problems).toContainEqual({
      line: expect.any(Number),
      path,
      message: expect.stringContaining(message),
    });
    if (text.includes('# HERE'))
      expect(problems.find((problem) => problem.path === path)?.line).toBe(lineOf(text));
  });

  it('refuses more entries than a section holds', () => {
    const many = Array.from({ length: 501 }, (_, index) => `  g${index}: { members: [] }\n`).join('');
    expect(problemsOf(changed(['groups:\n', `groups:\n${many}`]))).toContainEqual(
      expect.objectContaining({ path: 'groups', message: 'holds at most 500 entries' }),
    );
    const rules = '  - { id: x, match: {}, effect: deny }\n'.repeat(2_001);
    expect(problemsOf(`${SOUND}${rules}`)).toContainEqual(
      expect.objectContaining({ path: 'rules', message: 'holds at most 2000 rules' }),
    );
  });

  it('never throws, whatever stands where', () => {
    const values = [
      'null',
      '7',
      'true',
      'text',
      '[]',
      '[1]',
      '{}',
      '{ a: 1 }',
      '{ a: { b: { c: d } } }',
      '[[[]]]',
      '""',
    ];
    const keys = Object.keys(soundFile());
    for (const key of keys) {
      for (const value of values) {
        const kept = SOUND.split(/\n(?=[a-z])/).filter((section) => !section.startsWith(`${key}:`));
        expect(() => readPolicyFile(`${kept.join('\n')}\n${key}: ${value}\n`)).not.toThrow();
      }
    }
  });
});
