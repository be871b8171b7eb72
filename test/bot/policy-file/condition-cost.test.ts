import { describe, expect, it } from 'vitest';
import { compileCondition } from '../../../bot/cel.ts';
import { answer, facts, problem } from './conditions.ts';

describe('row 23: patterns have RE2 semantics and bounded cost', () => {
  it('does not blow up on nested repetition', () => {
    expect(answer("payload.text.matches('^(a+)+$')", { text: `${'a'.repeat(100_000)}b` })).toBe(false);
    expect(answer("payload.text.matches('^(a|aa)+$')", { text: `${'a'.repeat(50_000)}b` })).toBe(false);
    expect(
      answer("payload.text.matches('^(?i)select [^;]*$')", { text: `SELECT ${'x'.repeat(200_000)}` }),
    ).toBe(true);
  });

  it.each(['(a)\\\\1', '(?=a)', '(?<!a)b', 'a{1001}', '[', '(((x{100}){100}){100})'])(
    'refuses the pattern %s at once',
    (pattern) => {
      expect(problem(`payload.text.matches('${pattern}')`)).toContain('is not CEL: ');
    },
  );

  it('refuses a pattern that comes out of the payload', () => {
    expect(problem('payload.text.matches(payload.pattern)')).toContain('needs a pattern that is written out');
    expect(problem("payload.text.matches('a' + payload.pattern)")).toContain(
      'needs a pattern that is written out',
    );
    expect(problem("payload.text.matches('\\b' + 'a')")).toContain('needs a pattern that is written out');
    expect(problem("matches(payload.text, 'a')")).toContain('needs a pattern that is written out');
  });
});

describe('a word boundary', () => {
  it('is refused where CEL would read a backspace, and works in a raw string', () => {
    expect(problem("payload.text.matches('\\bdrop\\b')")).toContain("write r'…'");
    expect(answer("payload.text.matches(r'\\bdrop\\b')", { text: 'a drop of' })).toBe(true);
    expect(answer("payload.text.matches(r'\\bdrop\\b')", { text: 'dropped' })).toBe(false);
  });
});

describe('row 22: the work of one evaluation is bounded', () => {
  const ones = Array.from({ length: 120_000 }, () => 1);
  const text = 'ab'.repeat(60_000);

  it('a whole payload of 256 KiB can be looked through once', () => {
    expect(answer('payload.list.exists(x, x == 2)', { list: ones })).toBe(false);
    expect(answer('payload.list.map(x, x + 1).size() == 120000', { list: ones })).toBe(true);
    expect(answer("payload.text.contains('DROP') || payload.text.matches('(?i)drop')", { text })).toBe(false);
  });

  it.each([
    [
      'every pair of a long list',
      'payload.list.exists(x, payload.list.exists(y, x + y == 3))',
      { list: ones },
    ],
    ['a list of lists', 'payload.list.map(x, payload.list.map(y, y)).size() == 0', { list: ones }],
    [
      'a search per item',
      'payload.list.exists(x, payload.text.contains(payload.needle))',
      { list: ones, text, needle: `a${text.slice(0, 500)}` },
    ],
    ['a pattern per item', "payload.list.exists(x, payload.text.matches('(a|b)*c'))", { list: ones, text }],
    ['a pattern that grows with the text', `payload.text.matches('${'[a-z]{1,30}'.repeat(50)}$')`, { text }],
    [
      'digits without end',
      'payload.list.exists(x, int(payload.digits) == 1)',
      { list: ones, digits: '9'.repeat(60_000) },
    ],
    ['time zones', "payload.list.exists(x, now.getHours('Europe/Berlin') == 99)", { list: ones }],
    [
      'a comparison per item',
      'payload.list.exists(x, payload.list != payload.other)',
      { list: ones, other: [...ones] },
    ],
    [
      'text that doubles',
      `(${Array.from({ length: 120 }, () => 'payload.text').join(' + ')}).size() == 1`,
      { text },
    ],
  ])('gives up on %s within a second', (_title, expression, payload) => {
    const start = performance.now();
    expect(answer(expression, payload)).toBe('unevaluable');
    // Far above what it takes on the slowest machine, far below what the work itself would take.
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  it('an evaluation that gave up leaves nothing behind for the next one', () => {
    const compiled = compileCondition('payload.list.exists(x, payload.list.exists(y, x + y == 3))');
    if (!compiled.ok) throw new Error(compiled.problem);
    expect(compiled.condition(facts({ list: ones }))).toBe('unevaluable');
    expect(compiled.condition(facts({ list: [1, 2] }))).toBe(true);
  });

  it('lists that share a beginning stay apart', () => {
    const expression =
      '[payload.list.filter(x, x > 0)].map(l, [l + [7], l + [8]])[0] == [[1, 2, 7], [1, 2, 8]]';
    expect(answer(expression, { list: [1, 2] })).toBe(true);
    expect(answer('[payload.list + [3]].all(l, l + l == [1, 2, 3, 1, 2, 3])', { list: [1, 2] })).toBe(true);
  });
});
