import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../bot/core/canonical-json.ts';
import { RENDERER, renderView, toView } from '../../../bot/core/view.ts';

const SHA = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';

function aCommand(overrides: JsonObject = {}): JsonObject {
  return {
    kind: 'command',
    argv: ['psql', '-c', 'SELECT 1'],
    cwd: '/srv/app',
    executable: { path: '/usr/bin/psql', sha256: SHA },
    env: [],
    files: [],
    stdin: null,
    ...overrides,
  };
}

function textOf(payload: JsonObject, pointers: readonly string[] = []): string {
  return renderView(payload, pointers).text;
}

describe('the view of a command', () => {
  it('shows every field, a line for each', () => {
    const payload = aCommand({
      env: [{ name: 'PGPASSWORD', salt: 'c2FsdA==', digest: `sha256:${SHA}` }],
      files: [{ path: '/srv/app/my file.sql', sha256: SHA }],
      stdin: 'yes\ncwd /tmp\n',
      interactive: true,
      env_all: true,
    });

    expect(textOf(payload).split('\n')).toEqual([
      '$ psql -c "SELECT 1"',
      'cwd /srv/app',
      `executable /usr/bin/psql sha256 ${SHA}`,
      `env PGPASSWORD, value withheld, digest sha256:${SHA}, salt c2FsdA==`,
      `file "/srv/app/my file.sql" sha256 ${SHA}`,
      'stdin, 13 bytes:',
      '| yes',
      '| cwd /tmp',
      '| ',
      'interactive: what is typed later is NOT part of this approval',
      'the whole environment of the caller is passed',
    ]);
  });

  it.each([
    [['ls', '-l', '/a/b_c.d:e=f@g%h+i,j'], '$ ls -l /a/b_c.d:e=f@g%h+i,j'],
    [['echo', ''], '$ echo ""'],
    [['echo', 'a b'], '$ echo "a b"'],
    [['echo', 'a', 'b'], '$ echo a b'],
    [['echo', '"', "'", '\\', '$(id)', '; rm -rf /'], '$ echo "\\"" "\'" "\\\\" "$(id)" "; rm -rf /"'],
    [['echo', 'a\ncwd /tmp'], '$ echo "a\\ncwd /tmp"'],
    [['echo', 'é'], '$ echo "é"'],
  ])('quotes what is not plain: %j', (argv, line) => {
    expect(textOf(aCommand({ argv })).split('\n').slice(0, 2)).toEqual([line, 'cwd /srv/app']);
  });

  it('says when there is no stdin, and when there is an empty one', () => {
    expect(textOf(aCommand())).toContain('\nstdin none');
    expect(textOf(aCommand({ stdin: '' }))).toContain('\nstdin, 0 bytes:');
  });

  it('counts the bytes of stdin as it is, not as it is shown', () => {
    expect(textOf(aCommand({ stdin: 'é\u200b' }))).toContain('stdin, 5 bytes:\n| é⟦U+200B⟧');
  });

  it('lets no field write a line of its own', () => {
    const forged = 'x\nexecutable /bin/true sha256 0';
    const payload = aCommand({
      cwd: forged,
      env: [{ name: forged, salt: forged, digest: forged }],
      files: [{ path: forged, sha256: forged }],
      executable: { path: forged, sha256: forged },
      stdin: forged,
    });

    const lines = textOf(payload).split('\n');
    expect(lines.filter((line) => line.startsWith('executable '))).toHaveLength(1);
    expect(lines).toContain('| executable /bin/true sha256 0');
  });

  it.each<[string, JsonObject]>([
    ['an unknown field', { note: 'x' }],
    ['an empty argv', { argv: [] }],
    ['an argv that is a string', { argv: 'rm -rf /' }],
    ['a number in argv', { argv: ['sleep', 5] }],
    ['an unknown field of the executable', { executable: { path: '/a', sha256: SHA, setuid: true } }],
    ['an executable without a hash', { executable: { path: '/a' } }],
    ['an unknown field of a variable', { env: [{ name: 'A', salt: 's', digest: 'd', value: 'v' }] }],
    ['stdin that is a list', { stdin: ['a'] }],
    ['interactive: false', { interactive: false }],
    ['a __proto__ field', JSON.parse('{"__proto__":{"x":"y"}}')],
  ])('is JSON when there is %s, so that nothing is left out', (_what, overrides) => {
    const payload = Object.fromEntries([...Object.entries(aCommand()), ...Object.entries(overrides)]);

    expect(JSON.parse(textOf(payload))).toEqual(payload);
  });
});

describe('the view of SQL', () => {
  it('is the statement, line by line', () => {
    expect(textOf({ kind: 'sql', statement: 'SELECT 1,\n  2;\n' })).toBe('SELECT 1,\n  2;\n');
  });

  it.each<[string, JsonObject]>([
    ['an unknown field', { statement: 'SELECT 1', params: [1] }],
    ['no statement', {}],
    ['a statement that is no text', { statement: ['SELECT 1'] }],
    ['a statement that shows nothing', { statement: ' \n' }],
    ['a statement that poses as a command', { statement: '\n $ ls\ncwd /' }],
    ['a statement that poses as JSON', { statement: '{\n  "kind": "noop"\n}' }],
  ])('is JSON when there is %s', (_what, fields) => {
    const payload = { kind: 'sql', ...fields };

    expect(JSON.parse(textOf(payload))).toEqual(payload);
  });
});

describe('the view of any other payload', () => {
  it('is JSON with sorted keys', () => {
    expect(textOf({ b: [1, {}, [], null], 10: true, 9: 'x', a: { d: 1e21, c: 'y' } })).toBe(
      [
        '{',
        '  "10": true,',
        '  "9": "x",',
        '  "a": {',
        '    "c": "y",',
        '    "d": 1e+21',
        '  },',
        '  "b": [',
        '    1,',
        '    {},',
        '    [],',
        '    null',
        '  ]',
        '}',
      ].join('\n'),
    );
  });

  it('shows an empty payload and a __proto__ key', () => {
    expect(textOf({})).toBe('{}');
    expect(textOf(JSON.parse('{"__proto__":1}'))).toBe('{\n  "__proto__": 1\n}');
  });

  it.each(['constructor', '__proto__', 'toString', ''])('knows no kind called "%s"', (kind) => {
    expect(JSON.parse(textOf({ kind, argv: ['x'] }))).toEqual({ kind, argv: ['x'] });
  });

  it('wraps long lines at 160 characters, and never inside a mark', () => {
    const lines = textOf({ kind: 'sql', statement: `${'x'.repeat(155)}\u202e${'y'.repeat(400)}` }).split(
      '\n',
    );

    expect(lines).toEqual([
      'x'.repeat(155),
      `⟦…⟧⟦U+202E⟧${'y'.repeat(149)}`,
      `⟦…⟧${'y'.repeat(157)}`,
      `⟦…⟧${'y'.repeat(94)}`,
    ]);
  });

  it('does not let a deep value disappear behind its indentation', () => {
    let payload: JsonObject = { secret: 'x' };
    for (let depth = 0; depth < 31; depth += 1) payload = { a: payload };

    expect(textOf(payload)).toContain('\n⟦64 spaces⟧"secret": "x"\n');
  });
});

describe('toView', () => {
  it('gives the example of the contract', () => {
    expect(toView({ kind: 'sql', statement: 'COPY orders TO STDOUT' }, [])).toEqual({
      text: 'COPY orders TO STDOUT',
      redacted: [],
      preview: { text: 'COPY orders TO STDOUT', hiddenLines: 0, hiddenValues: 0 },
    });
    expect(RENDERER).toBe(3);
  });

  it('row 14: shows kind and length of a secret in argv, in a body and in stdin, and counts them', () => {
    const secret = 'CANARY-4f1c';
    const command = toView(aCommand({ argv: ['login', secret], stdin: `${secret}\n` }), [
      '/argv/1',
      '/stdin',
      '/none',
    ]);
    const other = toView({ headers: { token: secret }, body: { deep: [secret] } }, [
      '/headers/token',
      '/body',
    ]);

    expect(JSON.stringify([command, other])).not.toContain(secret);
    expect(command.text).toContain('$ login "⟦redacted: string, 11 characters⟧"');
    expect(command.text).toContain('\nstdin ⟦redacted: string, 12 characters⟧');
    expect(other.text).toContain('"body": "⟦redacted: object, 24 characters⟧"');
    expect(command.redacted).toEqual(['/argv/1', '/stdin']);
    expect(command.preview.hiddenValues).toBe(2);
  });

  it('row 14: a requester cannot write a redaction mark', () => {
    const mark = '⟦redacted: string, 5 characters⟧';

    expect(textOf({ a: mark })).toContain('"a": "⟦U+27E6⟧redacted: string, 5 characters⟦U+27E7⟧"');
    expect(textOf(aCommand({ stdin: mark }))).toContain('stdin, 36 bytes:\n| ⟦U+27E6⟧redacted');
    expect(toView({ a: mark }, []).preview.hiddenValues).toBe(0);
  });

  it('row 13: shows bidi, zero width and look-alikes in values, keys and arguments', () => {
    const trick = 'а\u202eb\u200b';
    const shown = 'а⟦U+0430⟧⟦U+202E⟧b⟦U+200B⟧';

    expect(textOf({ [trick]: trick })).toContain(`"${shown}": "${shown}"`);
    expect(textOf(aCommand({ argv: [trick], cwd: trick }))).toMatch(`$ "${shown}"\ncwd "${shown}"`);
    expect(textOf({ kind: 'sql', statement: trick })).toBe(shown);
  });

  it('row 11: shows what stands behind 5,000 spaces', () => {
    const { preview } = toView(
      { kind: 'sql', statement: `SELECT 1;${' '.repeat(5000)}DROP TABLE orders` },
      [],
    );

    expect(preview).toEqual({
      text: 'SELECT 1;⟦5000 spaces⟧DROP TABLE orders',
      hiddenLines: 0,
      hiddenValues: 0,
    });
  });

  it('row 11: shows head and tail of a statement of 9 kB on one line, and says what is between', () => {
    const statement = `SELECT 1${' OR 1=1'.repeat(1300)}; DROP TABLE orders`;
    const { text, preview } = toView({ kind: 'sql', statement }, []);

    expect(preview.text).toMatch(/^SELECT 1 OR/);
    expect(preview.text.replaceAll('\n⟦…⟧', '')).toMatch(/; DROP TABLE orders$/);
    expect(preview.hiddenLines).toBeGreaterThan(0);
    expect(preview.text).toMatch(`of ${Buffer.byteLength(text)} bytes⟧`);
  });

  it('row 11: shows the tail behind a screenful of empty lines', () => {
    const { preview } = toView(
      { kind: 'sql', statement: `SELECT 1;${'\n'.repeat(500)}DROP TABLE orders` },
      [],
    );

    expect(preview.text.endsWith('\nDROP TABLE orders')).toBe(true);
    expect(preview.text).toContain('⟦462 of 501 lines hidden; showing 64 of 526 bytes⟧');
    expect(preview.hiddenLines).toBe(462);
  });
});
