import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, type Json } from '../../../bot/core/canonical-json.ts';

const seed = Number(process.env['KEYTURN_SEED'] ?? 20261122);

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.constantFrom('__proto__', 'toJSON', '10', '9', ''),
);
const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constantFrom<Json>(null, true, false),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    text,
    fc.array(tie('value'), { maxLength: 6 }),
    fc.array(fc.tuple(text, tie('value')), { maxLength: 6 }).map((fields) => Object.fromEntries(fields)),
  ),
}));

describe('canonicalJson, for any JSON', () => {
  it('writes what the canonicalize package writes', () => {
    fc.assert(
      fc.property(value, (json) => {
        expect(canonicalJson(json)).toBe(canonicalize(json));
      }),
      { seed, numRuns: 1000 },
    );
  });

  it('writes the same again after it was parsed', () => {
    fc.assert(
      fc.property(value, (json) => {
        const once = canonicalJson(json);
        expect(canonicalJson(JSON.parse(once))).toBe(once);
      }),
      { seed, numRuns: 1000 },
    );
  });

  it('writes the same in whatever order the keys came', () => {
    fc.assert(
      fc.property(fc.uniqueArray(text, { maxLength: 40 }), (keys) => {
        const object = Object.fromEntries(keys.map((key) => [key, key]));
        const reversed = Object.fromEntries([...keys].reverse().map((key) => [key, key]));
        expect(canonicalJson(reversed)).toBe(canonicalJson(object));
      }),
      { seed },
    );
  });
});
