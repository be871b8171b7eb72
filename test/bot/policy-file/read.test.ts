import { describe, expect, it } from 'vitest';
import { type Change, changed, lineOf, problemsOf, SOUND, soundFile } from './sound-policy.ts';

const PEOPLE = 'people:\n';
const MEMBERS = 'members: [carol] }';

describe('reading keyturn.yaml', () => {
  it('takes a sound file, with its defaults filled in', () => {
    const file = soundFile();
    expect(file).toMatchObject({
      listen: { host: '127.0.0.1', port: 3000 },
      admin: { host: '127.0.0.1', port: 3001 },
      data_dir: './data',
      key_dir: './keys',
      queue: { driver: 'embedded' },
      limits: { open_per_requester: 20, new_per_minute: 30 },
      audit: { log: 'keyturn.local' },
      actions: { 'key.rotate': { risk: 'high', redact: ['/secret'] } },
    });
    expect(file.plans['one-key']).toMatchObject({
      expires_after: 30 * 60_000,
      usable_for: 15 * 60_000,
      outcome_within: 60 * 60_000,
      comment: { approve: 'optional', reject: 'optional', flag: 'optional' },
    });
    expect(file.plans['two-keys']).toMatchObject({
      expires_after: 45 * 60_000,
      outcome_within: 120 * 60_000,
      comment: { approve: 'optional', reject: 'required', flag: 'optional' },
    });
    expect(file.rules[0]).toMatchObject({ exclude: [], replaces_default: true });
  });

  it.each([
    ['90s', 90_000],
    ['30m', 1_800_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
    ['1s', 1_000],
  ])('reads the duration %s', (text, ms) => {
    expect(
      soundFile(changed(['expires_after: 45m', `expires_after: ${text}`])).plans['two-keys']?.expires_after,
    ).toBe(ms);
  });

  it.each(['0s', '500ms', '1.5h', '-1m', '1h30m', '30', '"30 m"', '1w', '91d', '99999999d'])(
    'refuses the duration %s',
    (text) => {
      const file = changed(['expires_after: 45m', `expires_after: ${text} # HERE`]);
      expect(problemsOf(file)).toEqual([
        {
          line: lineOf(file),
          path: 'plans.two-keys.expires_after',
          message: expect.stringMatching(/duration|longer|text/),
        },
      ]);
    },
  );

  it('takes limits that are written out as unlimited', () => {
    const file = soundFile(`${SOUND}limits: { open_per_requester: unlimited, new_per_minute: 5 }\n`);
    expect(file.limits).toEqual({ open_per_requester: 'unlimited', new_per_minute: 5 });
  });

  it.each(['0', '-1', '1.5', 'none', '"20"', '100001'])('refuses the limit %s', (limit) => {
    const text = `${SOUND}limits:\n  open_per_requester: ${limit} # HERE\n`;
    expect(problemsOf(text)).toEqual([
      {
        line: lineOf(text),
        path: 'limits.open_per_requester',
        message: 'must be a whole number from 1 to 100000, or unlimited',
      },
    ]);
  });

  it('refuses a file without anything, naming every required key', () => {
    for (const text of ['', '# nothing\n', '{}']) {
      expect(
        problemsOf(text)
          .map(({ path }) => path)
          .sort(),
      ).toEqual(
        [
          'version',
          'environments',
          'people',
          'groups',
          'clients',
          'plans',
          'default',
          'rules',
          'clear_from',
        ].sort(),
      );
    }
  });

  it.each(['- a\n', 'just text\n', '7\n'])('refuses a file that is no section: %j', (text) => {
    expect(problemsOf(text).map(({ message }) => message)).toContain(
      'must be a section of keys such as version, people and rules',
    );
  });

  it('reports every problem at once, in the order of the lines', () => {
    const text = changed(
      ['version: 1', 'version: 2'],
      ['environments: [dev, prod]', 'environments: [dev, prod]\npayload_retention: 30d'],
      [
        '  carol: { name: Carol Wu, accounts: { slack: T01/U03 } }',
        '  carol: { name: Carol Wu, accounts: { slack: carol@example.com } }',
      ],
      ['nobody: { members: [] }', 'nobody: { members: [dave] }'],
      ['    owner: alice', '    owner: alice\n    ownr: bob'],
      ['    expires_after: 45m', '    expires_after: 45m\n    expires_after: 46m'],
      ['  - id: read-only', '  - id: Read only'],
      ['  - id: no-iam-admin', '  - id: no-iam-admin\n    exclude: [erin]'],
    );
    const problems = problemsOf(text);
    expect(problems.map(({ line, path }) => [line, path])).toEqual([
      [1, 'version'],
      [7, 'people.carol.accounts.slack'],
      [11, 'groups.nobody.members[0]'],
      [18, 'clients.deploy-agent.ownr'],
      [34, '(yaml)'],
      [46, 'rules[1].id'],
      [51, 'rules[2].exclude[0]'],
    ]);
  });

  it('says nothing more about an entry that it could not read', () => {
    // dba is broken: whether its seats can be filled is unknown, and its name still counts.
    const text = changed(['dba: { members: [alice, bob] }', 'dba: { member: [alice, bob] }']);
    expect(problemsOf(text).map(({ path }) => path)).toEqual(['groups.dba.members', 'groups.dba.member']);
  });

  it('finds what is wrong inside an entry whose name is wrong too', () => {
    const text = changed(['  nobody: { members: [] }', '  No Body: { members: [], slack: 1 }']);
    expect(problemsOf(text).map(({ path }) => path)).toEqual([
      'groups["No Body"]',
      'groups["No Body"].slack',
    ]);
  });
});

describe('a file that is not what it looks like', () => {
  const cases: readonly (readonly [title: string, change: Change, message: string])[] = [
    [
      'a key that stands there twice',
      ['groups:\n', 'groups: {} # 1\ngroups: # HERE\n'],
      'this key stands here twice',
    ],
    ['an anchor', [MEMBERS, 'members: &x [carol] } # HERE'], 'an anchor is not allowed'],
    ['an alias', [MEMBERS, 'members: [*x] } # HERE'], 'Aliased anchor|alias is not allowed'],
    ['a tag', [MEMBERS, 'members: !!seq [carol] } # HERE'], 'a tag is not allowed'],
    ['a tag of its own', [MEMBERS, 'members: [!person carol] } # HERE'], 'a tag is not allowed'],
    ['an anchor on a key', [PEOPLE, '&x people: # HERE\n'], 'a key takes no anchor'],
    ['a merge key', [PEOPLE, 'people:\n  <<: { dave: {} } # HERE\n'], 'a merge key is not allowed'],
    [
      'row 22: the key __proto__',
      [PEOPLE, 'people:\n  __proto__: { x: 1 } # HERE\n'],
      '"__proto__" cannot be a key',
    ],
    [
      'row 22: the key constructor',
      [PEOPLE, 'people:\n  constructor: { x: 1 } # HERE\n'],
      '"constructor" cannot be a key',
    ],
    ['a key that is a number', [PEOPLE, 'people:\n  7: {} # HERE\n'], 'a key must be a word'],
    ['a key that is a list', [PEOPLE, 'people:\n  [a]: {} # HERE\n'], 'a key must be a word'],
    [
      'a number without end',
      ['environments: [dev, prod]', 'environments: [dev, prod, .inf] # HERE'],
      'not a value that can stand here',
    ],
  ];
  it.each(cases)('refuses %s', (_title, change, message) => {
    const text = changed(change);
    expect(problemsOf(text)).toContainEqual({
      line: lineOf(text),
      path: expect.any(String),
      message: expect.stringMatching(message),
    });
  });

  it.each([
    ['a syntax error', 'version: 1\npeople: [\n', 3],
    ['a tab', 'version: 1\npeople:\n\ta: 1\n', 3],
    ['a second document', `${SOUND}---\nversion: 1\n`, SOUND.split('\n').length],
  ])('refuses %s and says nothing about the rest', (_title, text, line) => {
    expect(problemsOf(text)).toEqual([{ line, path: '(yaml)', message: expect.any(String) }]);
  });

  it('refuses a directive, which would change what yes and no mean', () => {
    expect(problemsOf(`%YAML 1.1\n---\n${SOUND}`)).toEqual([
      { line: 1, path: '(yaml)', message: 'a %YAML directive is not allowed here' },
    ]);
  });

  it('row 22: refuses a file above 1 MiB, or of any depth, in bounded time', () => {
    expect(problemsOf(`${SOUND}#${'x'.repeat(1024 * 1024)}`)).toEqual([
      { line: 1, path: '(yaml)', message: 'is larger than 1 MiB' },
    ]);
    expect(problemsOf(`a: ${'['.repeat(20_000)}`).length).toBeGreaterThan(0);
    expect(problemsOf(`${SOUND}limits: ${'['.repeat(40)}${']'.repeat(40)}\n`)).toContainEqual(
      expect.objectContaining({ message: 'is nested too deeply' }),
    );
    expect(
      problemsOf(`a: &a [x]\nb: &b [${'*a,'.repeat(9)}]\nc: &c [${'*b,'.repeat(9)}]\n`).length,
    ).toBeGreaterThan(0);
  });
});
