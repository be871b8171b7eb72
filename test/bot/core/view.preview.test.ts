import { describe, expect, it } from 'vitest';
import { cutView } from '../../../bot/core/view.ts';

describe('cutView', () => {
  const lines = (count: number, length = 1) =>
    Array.from({ length: count }, () => 'x'.repeat(length)).join('\n');

  it.each([
    ['40 lines', lines(40)],
    ['4,096 bytes', `${lines(31, 127)}\n${'y'.repeat(128)}`],
    ['nothing', ''],
  ])('leaves %s whole', (_what, text) => {
    expect(cutView(text)).toEqual({ text, hiddenLines: 0 });
  });

  it('keeps two thirds of the lines from the head and one third from the tail', () => {
    const text = Array.from({ length: 100 }, (_, index) => `line ${index}`).join('\n');
    const shown = cutView(text).text.split('\n');

    expect(shown).toHaveLength(40);
    expect(shown.at(26)).toBe('⟦61 of 100 lines hidden; showing 301 of 789 bytes⟧');
    expect(shown.at(25)).toBe('line 25');
    expect(shown.at(27)).toBe('line 87');
  });

  it('cuts by bytes where lines are few and long', () => {
    const cut = cutView(lines(20, 640).replaceAll('x'.repeat(640), '🚀'.repeat(160)));

    expect(Buffer.byteLength(cut.text)).toBeLessThanOrEqual(4096);
    expect(cut.text.split('\n').map((line) => line[0])).toEqual([
      '\ud83d',
      '\ud83d',
      '\ud83d',
      '\ud83d',
      '⟦',
      '\ud83d',
      '\ud83d',
    ]);
    expect(cut.hiddenLines).toBe(14);
  });

  it('cuts one byte too many', () => {
    expect(cutView(`${lines(31, 127)}\n${'y'.repeat(129)}`).hiddenLines).toBeGreaterThan(0);
  });

  it('wraps a text that is not a view, rather than lose its tail', () => {
    const cut = cutView(`${'x'.repeat(9000)}END`);

    expect(cut.text.endsWith('END')).toBe(true);
    expect(Buffer.byteLength(cut.text)).toBeLessThanOrEqual(4096);
  });
});
