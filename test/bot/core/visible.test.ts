import { describe, expect, it } from 'vitest';
import { visible, visibleJson, wrapLine } from '../../../bot/core/visible.ts';

describe('visible', () => {
  it.each([
    ['plain text', 'SELECT * FROM orders;\n-- \'x\' "y" {z} [0] ~!@#$%^&*'],
    ['a language that is not written in Latin letters', 'Привет, мир! 你好 שלום'],
    ['languages side by side, each in its own words', 'deploy сервер to Αθήνα'],
    ['accents, composed or not', 'caf\u00e9 cafe\u0301'],
    ['three marks on one letter', 'e\u0301\u0316\u0302'],
    ['an emoji of one character', 'done 🚀'],
    ['32 spaces', `a${' '.repeat(32)}b`],
    ['nothing', ''],
  ])('leaves %s as it is', (_what, text) => {
    expect(visible(text)).toBe(text);
  });

  it.each([
    ['a tab', 'a\tb', 'a⟦tab⟧b'],
    ['a carriage return', 'safe\rrm', 'safe⟦CR⟧rm'],
    ['a NUL', 'a\0b', 'a⟦U+0000⟧b'],
    ['an escape sequence', '\u001b[2K', '⟦U+001B⟧[2K'],
    ['DEL and C1 controls', '\u007f\u0085', '⟦U+007F⟧⟦U+0085⟧'],
    ['a space that does not break', 'a\u00a0b', 'a⟦U+00A0⟧b'],
    ['an ideographic space', 'a\u3000b', 'a⟦U+3000⟧b'],
    ['separators of lines and paragraphs', 'a\u2028b\u2029c', 'a⟦U+2028⟧b⟦U+2029⟧c'],
    ['a soft hyphen', 'pay\u00adpal', 'pay⟦U+00AD⟧pal'],
    ['a byte order mark', '\ufeffa', '⟦U+FEFF⟧a'],
    ['Hangul fillers', '\u115f\u1160\u3164\uffa0', '⟦U+115F⟧⟦U+1160⟧⟦U+3164⟧⟦U+FFA0⟧'],
    ['a blank braille pattern', 'a\u2800b', 'a⟦U+2800⟧b'],
    ['a variation selector', '❤\ufe0f', '❤⟦U+FE0F⟧'],
    ['a tag', 'a\u{e0041}', 'a⟦U+E0041⟧'],
    ['private use', '\ue000\u{10fffd}', '⟦U+E000⟧⟦U+10FFFD⟧'],
    ['what Unicode has not assigned', '\u0378', '⟦U+0378⟧'],
    ['a lone surrogate', 'a\ud800b', 'a⟦U+D800⟧b'],
    ["Keyturn's own brackets", '⟦redacted⟧', '⟦U+27E6⟧redacted⟦U+27E7⟧'],
    ['33 spaces', `a${' '.repeat(33)}b`, 'a⟦33 spaces⟧b'],
    ['full-width letters', 'ｅ', 'ｅ⟦U+FF45⟧'],
    ['mathematical letters', '𝗋𝗆', '𝗋⟦U+1D5CB⟧𝗆⟦U+1D5C6⟧'],
    ['a Greek question mark', 'a;\u037e', 'a;\u037e⟦U+037E⟧'],
    ['a one-dot leader', 'evil․com', 'evil․⟦U+2024⟧com'],
    ['a fourth mark on a letter', 'e\u0301\u0301\u0301\u0301', `e${'⟦U+0301⟧'.repeat(4)}`],
    ['a mark on nothing', ' \u0301a', ' ⟦U+0301⟧a'],
    ["a mark on Keyturn's brackets", 'a\u200b\u0338', 'a⟦U+200B⟧⟦U+0338⟧'],
    ['a Cyrillic letter in a Latin word', 'pаypal', 'pа⟦U+0430⟧ypal'],
    ['a Greek letter in a Latin word', 'gοogle', 'gο⟦U+03BF⟧ogle'],
    ['an Armenian letter in a Latin word', 'gօogle', 'gօ⟦U+0585⟧ogle'],
    ['a Cherokee letter in a Latin word', 'Ꮯisco', 'Ꮯ⟦U+13DF⟧isco'],
    ['an accent on a look-alike', 'pа\u0301y', 'pа⟦U+0430⟧⟦U+0301⟧y'],
  ])('shows %s', (_what, text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  it('row 13: shows a bidi override, which would turn the rest of the line round', () => {
    expect(visible('rm /tmp/\u202excod.exe\u202c')).toBe('rm /tmp/⟦U+202E⟧xcod.exe⟦U+202C⟧');
    expect(visible('\u2066\u2067\u2068\u2069\u200e\u200f\u061c')).toBe(
      '⟦U+2066⟧⟦U+2067⟧⟦U+2068⟧⟦U+2069⟧⟦U+200E⟧⟦U+200F⟧⟦U+061C⟧',
    );
  });

  it('row 13: shows zero-width characters', () => {
    expect(visible('or\u200bders\u200c\u200d\u2060')).toBe('or⟦U+200B⟧ders⟦U+200C⟧⟦U+200D⟧⟦U+2060⟧');
  });

  it('row 13: shows a Cyrillic host, also when only its ending is Latin', () => {
    expect(visible('curl https://раура\u04cf.com/x')).toBe(
      'curl https://р⟦U+0440⟧а⟦U+0430⟧у⟦U+0443⟧р⟦U+0440⟧а⟦U+0430⟧ӏ⟦U+04CF⟧.com/x',
    );
  });

  it('row 13: an exotic space does not part a look-alike from its Latin word', () => {
    expect(visible('pаy\u00a0pаl')).toBe('pа⟦U+0430⟧y⟦U+00A0⟧pа⟦U+0430⟧l');
  });

  it('row 11: names the number of spaces that would push the rest out of sight', () => {
    expect(visible(`SELECT 1;${' '.repeat(5000)}DROP TABLE orders`)).toBe(
      'SELECT 1;⟦5000 spaces⟧DROP TABLE orders',
    );
  });

  // Never a time: one long text is compared with sixteen short ones of the same length together. Linear
  // work takes as long for both, quadratic work sixteen times as long. A busy machine slows both.
  it.each([
    ['look-alikes', 'pа'],
    ['marks in an order that normalising would have to change', '\u0301\u0316'],
    ['marks on letters', 'a\u0301\u0316'],
    ['spaces', `${' '.repeat(32)}a`],
    ['zero-width characters', '\u200b'],
    ['one long Latin word with one stranger', 'a'.repeat(8)],
  ])('takes linear time for %s', (_what, piece) => {
    const text = (length: number) => `${piece.repeat(length / piece.length)}\u200b`;
    const [short, long] = [text(16_384), text(262_144)];
    const timeOf = (work: () => void) => {
      const start = performance.now();
      work();
      return performance.now() - start;
    };
    const rounds = Array.from({ length: 4 }, () => ({
      once: timeOf(() => visible(long)),
      inParts: timeOf(() => {
        for (let part = 0; part < 16; part += 1) visible(short);
      }),
    }));
    const least = (times: readonly number[]) => Math.min(...times);

    expect(least(rounds.map(({ once }) => once)) / least(rounds.map(({ inParts }) => inParts))).toBeLessThan(
      8,
    );
  });
});

describe('visibleJson', () => {
  it('makes keys and values visible, and keeps a __proto__ key', () => {
    expect(visibleJson(JSON.parse('{"__proto__":["\u200b"],"a\u200b":1}'), new Set())).toEqual(
      JSON.parse('{"__proto__":["⟦U+200B⟧"],"a⟦U+200B⟧":1}'),
    );
  });

  it('leaves a redaction mark at its pointer alone, and nowhere else', () => {
    expect(visibleJson({ 'a/b': ['⟦x⟧', '⟦x⟧'] }, new Set(['/a~1b/1']))).toEqual({
      'a/b': ['⟦U+27E6⟧x⟦U+27E7⟧', '⟦x⟧'],
    });
  });
});

describe('wrapLine', () => {
  it('leaves 160 characters on one line, however many bytes they have', () => {
    expect(wrapLine('🚀'.repeat(160))).toEqual(['🚀'.repeat(160)]);
  });

  it.each([
    ['x', 'plain text'],
    ['é', 'any other text'],
  ])('begins the next line with a mark: %s', (letter) => {
    expect(wrapLine(letter.repeat(400))).toEqual([
      letter.repeat(160),
      `⟦…⟧${letter.repeat(157)}`,
      `⟦…⟧${letter.repeat(83)}`,
    ]);
  });

  it('splits neither our brackets nor a letter from its marks', () => {
    const start = 'x'.repeat(158);

    expect(wrapLine(`${start}⟦U+200B⟧`)).toEqual([start, '⟦…⟧⟦U+200B⟧']);
    expect(wrapLine(`${start}xe\u0301\u0301`)).toEqual([`${start}x`, '⟦…⟧e\u0301\u0301']);
  });
});
