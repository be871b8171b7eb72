import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFixedPoint } from '../../../store/audit/fixed-point.ts';

const SEED = Number(process.env['KEYTURN_SEED'] ?? 20_261_122);
const read = (text: string) => readFixedPoint(Buffer.from(text, 'utf8'));

describe('the one way to write an entry', () => {
  it.each([
    ['an object with its keys in order', '{"a":1,"b":[true,null,"x"],"c":{"d":-7}}'],
    ['an empty object', '{}'],
    ['text of any script', '{"a":"Ünïcödé 🔑 \\u0007 \\\\ud800"}'],
    ['a replacement character that was there before', '{"a":"\ufffd"}'],
    ['the greatest integer', '{"a":9007199254740991}'],
    // JSON.stringify puts such keys in numeric order; the log has them as text.
    ['keys that look like numbers', '{"10":1,"9":2}'],
    ['a key that every object has', '{"__proto__":1}'],
    ['32 levels', `${'{"a":'.repeat(31)}[]${'}'.repeat(31)}`],
  ])('takes %s', (_what, text) => {
    expect(read(text)).toHaveProperty('entry');
  });

  it.each([
    ['keys out of order', '{"b":1,"a":2}', 'its bytes are not canonical JSON'],
    ['keys that look like numbers, in numeric order', '{"9":2,"10":1}', 'its bytes are not canonical JSON'],
    ['a key twice', '{"a":1,"a":1}', 'its bytes are not canonical JSON'],
    ['white space', '{"a": 1}', 'its bytes are not canonical JSON'],
    ['a number with an exponent', '{"a":1e3}', 'its bytes are not canonical JSON'],
    ['a negative zero', '{"a":-0}', 'its bytes are not canonical JSON'],
    ['an escape that is not needed', '{"a":"\\u0041"}', 'its bytes are not canonical JSON'],
    ['an escape in capitals', '{"a":"\\u001F"}', 'its bytes are not canonical JSON'],
    ['half of a surrogate pair', '{"a":"\\ud800"}', 'its bytes are not canonical JSON'],
    ['a byte order mark', '\ufeff{"a":1}', 'it is not JSON'],
    ['a carriage return after it', '{"a":1}\r', 'its bytes are not canonical JSON'],
    ['a fraction', '{"a":0.5}', 'a number in it is not an integer up to 2^53-1'],
    [
      'a number beyond the integers',
      '{"a":9007199254740992}',
      'a number in it is not an integer up to 2^53-1',
    ],
    ['a number that is too big', '{"a":1e400}', 'a number in it is not an integer up to 2^53-1'],
    ['a key with a capital', '{"A":1}', 'a key in it is not of a-z, 0-9 and _'],
    ['a key that is empty', '{"a":{"":1}}', 'a key in it is not of a-z, 0-9 and _'],
    ['a key of another script', '{"a":[{"ä":1}]}', 'a key in it is not of a-z, 0-9 and _'],
    ['33 levels', `${'{"a":'.repeat(32)}[]${'}'.repeat(32)}`, 'it is nested deeper than 32'],
    ['as many levels as fit', `${'['.repeat(32_000)}${']'.repeat(32_000)}`, 'it is not a JSON object'],
    [
      'as many levels as fit in an object',
      `{"a":${'['.repeat(32_000)}${']'.repeat(32_000)}}`,
      'it is nested deeper than 32',
    ],
    ['a list', '[]', 'it is not a JSON object'],
    ['nothing', '', 'it is not JSON'],
    ['a text', 'null', 'it is not a JSON object'],
    ['one byte too many', `{"a":"${'x'.repeat(65_536 - 8)}"}`, 'it is longer than 65535 bytes'],
  ])('refuses %s', (_what, text, why) => {
    expect(read(text)).toEqual({ why });
  });

  it('takes exactly 65,535 bytes', () => {
    expect(read(`{"a":"${'x'.repeat(65_535 - 8)}"}`)).toHaveProperty('entry');
  });

  it.each([
    ['a lone continuation byte', [0x80]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['a surrogate in UTF-8', [0xed, 0xa0, 0x80]],
    ['a cut character', [0xe2, 0x82]],
  ])('refuses %s, which is not UTF-8', (_what, bytes) => {
    const all = Buffer.concat([Buffer.from('{"a":"\ufffd'), Buffer.from(bytes), Buffer.from('"}')]);
    expect(readFixedPoint(all)).toEqual({ why: 'it is not valid UTF-8' });
  });

  it('agrees with another implementation of canonical JSON on every value', () => {
    const key = fc.stringMatching(/^[a-z0-9_]{1,4}$/);
    const value = fc
      .jsonValue({ noUnicodeString: false })
      .map((json) => JSON.parse(JSON.stringify(json)) as unknown);
    const object = fc.dictionary(
      key,
      fc.oneof(fc.maxSafeInteger(), fc.string({ unit: 'binary' }), fc.boolean(), value),
      { maxKeys: 12 },
    );
    fc.assert(
      fc.property(object, (entry) => {
        const canonical = canonicalize(entry) ?? '';
        const isNarrow = !hasFraction(entry) && isWellFormed(entry) && hasNarrowKeys(entry);
        for (const text of [canonical, JSON.stringify(entry)]) {
          expect('entry' in read(text)).toBe(isNarrow && text === canonical);
        }
      }),
      { seed: SEED, numRuns: 1_000 },
    );
  });
});

function hasFraction(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isSafeInteger(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasFraction);
}

function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, inner]) => key.isWellFormed() && isWellFormed(inner));
}

function hasNarrowKeys(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  const keys = Array.isArray(value) ? [] : Object.keys(value);
  return keys.every((key) => /^[a-z0-9_]+$/.test(key)) && Object.values(value).every(hasNarrowKeys);
}
