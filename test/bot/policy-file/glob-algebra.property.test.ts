import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { actionGlob, targetGlob } from '../../../bot/core/glob.ts';
import {
  actionGlobCovers,
  actionGlobsMeet,
  targetGlobCovers,
  targetGlobsMeet,
} from '../../../bot/policy-file/glob-algebra.ts';

const seed = Number(process.env['KEYTURN_SEED'] ?? 20_261_122);

/** Few letters and short words, so that all of them can be tried. */
function words(letters: string, longest: number): string[] {
  let all = [''];
  const found = [''];
  for (let length = 1; length <= longest; length += 1) {
    all = all.flatMap((word) => [...letters].map((letter) => word + letter));
    found.push(...all);
  }
  return found;
}

const globOf = (letters: string) =>
  fc.array(fc.constantFrom(...letters, '*', '**'), { maxLength: 4 }).map((parts) => parts.join(''));

describe.each([
  ['actions', 'ab', actionGlob, actionGlobsMeet, actionGlobCovers],
  ['targets', 'a/', targetGlob, targetGlobsMeet, targetGlobCovers],
] as const)('two globs over %s', (_name, letters, compile, meet, covers) => {
  // Long enough for a word of both globs, with one letter for each star.
  const everything = words(letters, 8);

  it('meet where some word is matched by both, and nowhere else', () => {
    fc.assert(
      fc.property(globOf(letters), globOf(letters), (a, b) => {
        const [matchesA, matchesB] = [compile(a), compile(b)];
        const common = everything.some((word) => matchesA(word) && matchesB(word));
        expect([a, b, meet(a, b)]).toEqual([a, b, common]);
      }),
      { seed, numRuns: 300 },
    );
  });

  it('one covers the other only where it matches every word of it', () => {
    fc.assert(
      fc.property(globOf(letters), globOf(letters), (outer, inner) => {
        if (!covers(outer, inner)) return;
        const [wide, narrow] = [compile(outer), compile(inner)];
        expect(everything.filter((word) => narrow(word) && !wide(word))).toEqual([]);
      }),
      { seed, numRuns: 300 },
    );
  });
});

it.each([
  ['db.*', 'db.export', true],
  ['db.*', 'db.*', true],
  ['*', 'db.*', true],
  ['d*.re*', 'db.read', true],
  ['db.export', 'db.*', false],
  ['db.r*', 'db.*', false],
  ['*.read', 'db.*', false],
])('%s covers %s: %s', (outer, inner, expected) => {
  expect(actionGlobCovers(outer, inner)).toBe(expected);
});

it.each([
  ['postgres/**', 'postgres/*/orders', true],
  ['postgres/*/**', 'postgres/prod/orders', true],
  ['*/prod/**', '**', false],
  ['postgres/*/orders', 'postgres/**', false],
])('of targets, %s covers %s: %s', (outer, inner, expected) => {
  expect(targetGlobCovers(outer, inner)).toBe(expected);
});
