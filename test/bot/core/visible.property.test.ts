import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visible, wrapLine } from '../../../bot/core/visible.ts';

const seed = Number(process.env['KEYTURN_SEED'] ?? 20261122);

const hostile = fc.constantFrom(
  ...[
    '\u202e',
    '\u200b',
    '\t',
    '\r',
    '\n',
    ' ',
    ' '.repeat(20),
    '\u00a0',
    '⟦',
    '⟧',
    '⟦tab⟧',
    '⟦U+0430⟧',
    '⟦33 spaces⟧',
  ],
  ...[
    '\u0301',
    '\u0316\u0301',
    '\ufe0f',
    'а',
    'ο',
    'a',
    'paypal',
    'ｅ',
    '\ud800',
    '\udc00',
    '\u{e0041}',
    '\u2800',
    '🚀',
  ],
);
const text = fc
  .array(fc.oneof(hostile, fc.string({ unit: 'binary', maxLength: 5 }), fc.string({ maxLength: 5 })), {
    maxLength: 30,
  })
  .map((pieces) => pieces.join(''));

/** The text without what Keyturn added, or with what its brackets stand for. */
function unshow(shown: string): string {
  return shown.replaceAll(
    /(.?)⟦(?:(tab)|(CR)|(\d+) spaces|U\+([0-9A-F]{4,6}))⟧/gsu,
    (_all, before, tab, cr, spaces, code) => {
      if (tab) return `${before}\t`;
      if (cr) return `${before}\r`;
      if (spaces) return before + ' '.repeat(Number(spaces));
      const character = String.fromCodePoint(Number.parseInt(code, 16));
      return before === character ? before : before + character;
    },
  );
}

describe('visible, for any text', () => {
  it('leaves no character that a reader could miss', () => {
    fc.assert(
      fc.property(text, (input) => {
        const shown = visible(input);
        expect(shown).not.toMatch(/(?!\n)\p{C}/u);
        expect(shown).not.toMatch(/(?! )\p{Z}/u);
        expect(shown).not.toMatch(/[\p{Default_Ignorable_Code_Point}\u2800]/u);
        expect(shown).not.toMatch(/ {33}/);
        expect(shown).not.toMatch(/\p{M}{4}/u);
        expect(shown).not.toMatch(/(?:^|[\n ⟦⟧])\p{M}/u);
      }),
      { seed, numRuns: 2000 },
    );
  });

  it('writes brackets in pairs, and nothing in them that is not ours', () => {
    fc.assert(
      fc.property(text, (input) => {
        const rest = visible(input).replaceAll(/⟦(?:tab|CR|\d+ spaces|U\+[0-9A-F]{4,6})⟧/g, '');
        expect(rest).not.toMatch(/[⟦⟧]/);
      }),
      { seed, numRuns: 2000 },
    );
  });

  it('can be read back, so that two texts never look the same', () => {
    fc.assert(
      fc.property(text, (input) => {
        // A pair of halves that `join` put together is one character; the rest compares by code units.
        expect(unshow(visible(input))).toBe(input);
      }),
      { seed, numRuns: 2000 },
    );
  });

  it('marks every look-alike that stands in one word with a Latin letter', () => {
    fc.assert(
      fc.property(text, (input) => {
        for (const token of input.split(/[ \t\r\n]/)) {
          fc.pre(/\p{Script=Latin}/u.test(token) && /[аο]/.test(token));
          expect(visible(token)).toMatch(/[аο]⟦/);
          expect(visible(token)).not.toMatch(/а(?!⟦U\+0430⟧)|ο(?!⟦U\+03BF⟧)/);
        }
      }),
      { seed, numRuns: 100 },
    );
  });
});

describe('wrapLine, for any visible line', () => {
  it('keeps every character, at most 160 on a line, and splits no bracket', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 20 }), (inputs) => {
        const line = visible(inputs.join('')).replaceAll('\n', '');
        const lines = wrapLine(line);
        expect(lines.join('\n').replaceAll('\n⟦…⟧', '')).toBe(line);
        for (const one of lines) {
          expect([...one].length).toBeLessThanOrEqual(160);
          expect(one.replaceAll(/⟦[^⟦⟧]+⟧/g, '')).not.toMatch(/[⟦⟧]/);
        }
      }),
      { seed, numRuns: 500 },
    );
  });
});
