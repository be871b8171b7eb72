import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseStrictJson } from '../../../connectors/http/strict-json.ts';

const bytes = (text: string) => Buffer.from(text, 'utf8');

function problemsOf(text: string | Uint8Array) {
  const parsed = parseStrictJson(typeof text === 'string' ? bytes(text) : text);
  if (parsed.ok) return 'accepted';
  return parsed.fields === undefined ? parsed.code : parsed.fields.map(({ pointer }) => pointer);
}

it.each([
  ['{"a":1,"a":1}', ['']],
  ['{"a":1,"\\u0061":2}', ['']],
  ['{"\\u0061":1,"a":2}', ['']],
  ['{"x":{"a":1,"b":2,"a":3}}', ['']],
  ['{"x":[{"a":1},{"a":1,"a":2}]}', ['']],
  ['{"":1,"":2}', ['']],
  ['{"a\\"b":1,"a\\u0022b":2}', ['']],
  ['{"a\\\\":1,"a\\u005c":2}', ['']],
  ['{":":1,"a:":{":":2,":":3}}', ['']],
  ['{"😀":1,"\\ud83d\\ude00":2}', ['']],
  ['{"1":1,"1":2}', ['']],
])('refuses a key that comes twice in one object: %s', (text, expected) => {
  expect(problemsOf(text)).toEqual(expected);
});

it.each([
  '{"a":{"a":{"a":1}}}',
  '[{"a":1},{"a":2}]',
  '{"a":"a:a:a","b":"\\":\\"","c":"\\\\","d":":"}',
  '{"é":1,"e\\u0301":2}',
  '{"constructor":1,"toString":{"valueOf":2},"prototype":[]}',
  '{"a":9007199254740991,"b":-9007199254740991,"c":0.1,"d":1e-7,"e":1e15,"f":-0}',
  '{"a":"\\ud83d\\ude00"}',
  ' \n\t{"a" :\r\n1 } ',
])('takes %s', (text) => {
  expect(parseStrictJson(bytes(text))).toEqual({ ok: true, value: JSON.parse(text) });
});

it.each([
  ['9007199254740992', ['']],
  ['{"a":9007199254740993}', ['/a']],
  ['{"a":[1,-9007199254740993]}', ['/a/1']],
  ['{"a":9007199254740993.0}', ['/a']],
  ['{"a":9007199254740992.5}', ['/a']],
  ['{"a":0.9007199254740993e16}', ['/a']],
  ['{"a":1e16}', ['/a']],
  ['{"a":1e400}', ['/a']],
  ['{"a":-1e400}', ['/a']],
  ['{"a/b":{"c~d":1e400}}', ['/a~1b/c~0d']],
])('refuses a number that would be rounded in silence: %s', (text, expected) => {
  expect(problemsOf(text)).toEqual(expected);
});

it.each([
  ['{"a":"\\ud800"}', ['/a']],
  ['{"a":"\\udc00x"}', ['/a']],
  ['{"a":"\\ude00\\ud83d"}', ['/a']],
  ['{"\\ud800":1}', ['/\ud800']],
  ['{"__proto__":{"admin":true}}', ['/__proto__']],
  ['{"a":[{"\\u005f_proto__":1}]}', ['/a/0/__proto__']],
])('refuses a lone surrogate and `__proto__` wherever they stand: %s', (text, expected) => {
  expect(problemsOf(text)).toEqual(expected);
  expect(({} as { admin?: boolean }).admin).toBeUndefined();
});

it.each([
  ['nothing', ''],
  ['no JSON', '{a:1}'],
  ['a comment', '{"a":1}//'],
  ['a trailing comma', '{"a":1,}'],
  ['two values', '{}{}'],
  ['a cut value', '{"a":"b'],
  ['NaN', '{"a":NaN}'],
  ['a control character', '{"a":"\u0001"}'],
  ['a byte order mark', '\ufeff{}'],
  ['single quotes', "{'a':1}"],
  ['a number with a leading zero', '{"a":01}'],
])('calls it malformed: %s', (_what, text) => {
  expect(problemsOf(text)).toBe('MALFORMED');
});

it.each([
  ['a lone continuation byte', [0x80]],
  ['an overlong slash', [0xc0, 0xaf]],
  ['a surrogate in UTF-8', [0xed, 0xa0, 0x80]],
  ['a code point beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
  ['UTF-16', [0x00]],
  ['a cut sequence', [0xe2, 0x82]],
])('calls bytes malformed that are no UTF-8: %s', (_what, inside) => {
  expect(problemsOf(Buffer.concat([bytes('{"a":"'), Buffer.from(inside), bytes('"}')]))).toBe('MALFORMED');
});

it('takes 32 levels and refuses 33, however deep it goes and whatever stands in strings', () => {
  const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
  const objects = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
  expect([problemsOf(nested(32)), problemsOf(nested(33))]).toEqual(['accepted', ['']]);
  expect([problemsOf(objects(32)), problemsOf(objects(33))]).toEqual(['accepted', ['']]);
  expect(problemsOf(JSON.stringify({ a: '['.repeat(100_000) }))).toBe('accepted');
  expect(problemsOf('['.repeat(100_000))).toEqual(['']);
  expect(problemsOf(`{"a":"\\"${'['.repeat(50)}"}`)).toBe('accepted');
});

it.each([
  ['one long string', JSON.stringify({ a: 'x'.repeat(260_000) })],
  ['one string of escapes', JSON.stringify({ a: '\\"'.repeat(65_000) })],
  ['only quotes', '"'.repeat(260_000)],
  ['only backslashes', `"${'\\'.repeat(260_000)}`],
  ['only colons', ':'.repeat(260_000)],
  ['many keys', JSON.stringify(Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`k${n}`, n])))],
  ['many numbers', JSON.stringify(Array.from({ length: 60_000 }, () => 1.5))],
])('reads the largest body in bounded time: %s', (_what, text) => {
  const started = performance.now();
  problemsOf(text);
  expect(performance.now() - started).toBeLessThan(1_000);
});

it('names at most a few dozen problems of a body that is full of them', () => {
  const found = problemsOf(JSON.stringify(Array.from({ length: 50_000 }, () => 1e16)));
  expect(found.length).toBeLessThanOrEqual(20);
});

it('reads back whatever JSON.stringify wrote of allowed values', () => {
  const safe = fc.oneof(
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }),
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5 },
      fc.string({ unit: 'grapheme' }),
      safe,
      fc.boolean(),
      fc.constant(null),
      tie('list'),
      tie('map'),
    ),
    list: fc.array(tie('tree'), { maxLength: 4 }),
    map: fc.dictionary(
      fc.string().filter((key) => key !== '__proto__'),
      tie('tree'),
      { maxKeys: 4, noNullPrototype: true },
    ),
  }));
  fc.assert(
    fc.property(tree, (value) => {
      const text = JSON.stringify(value);
      expect(parseStrictJson(bytes(text))).toEqual({ ok: true, value: JSON.parse(text) });
    }),
    { seed: Number(process.env['KEYTURN_SEED'] ?? 123_456) },
  );
});

it('finds a doubled member wherever it is put', () => {
  const keys = fc.uniqueArray(
    fc.string({ unit: 'binary' }).filter((key) => key.isWellFormed()),
    { minLength: 1, maxLength: 6 },
  );
  fc.assert(
    fc.property(keys, fc.nat(), fc.boolean(), (names, pick, escaped) => {
      const again = names[pick % names.length] ?? '';
      const asEscapes = [...Array(again.length).keys()]
        .map((at) => `\\u${again.charCodeAt(at).toString(16).padStart(4, '0')}`)
        .join('');
      const members = [
        ...names.map((name) => `${JSON.stringify(name)}:1`),
        `${escaped ? `"${asEscapes}"` : JSON.stringify(again)}:2`,
      ];
      expect(parseStrictJson(bytes(`{"outer":[{${members.join(',')}}]}`)).ok).toBe(false);
    }),
    { seed: Number(process.env['KEYTURN_SEED'] ?? 123_456) },
  );
});
