import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LONGEST_COMMENT, parse, print, type Typed } from '../../../bot/commands/parse.ts';

const seed = Number(process.env['KEYTURN_SEED'] ?? 20261122);
const number = fc.integer({ min: 1, max: 9_999_999_999 });
/** Anything well-formed that has no space at its ends, since those are nobody's words. */
const comment = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 200 })
  .map((text) => text.trim())
  .filter((text) => text !== '' && text.length <= LONGEST_COMMENT && text.isWellFormed());
const maybe = fc.option(comment);
const end = fc.oneof(
  fc.integer({ min: 0, max: 999_999 }).map(String),
  fc
    .date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true })
    .map((day) => day.toISOString().slice(0, 10)),
);

const typed: fc.Arbitrary<Typed> = fc.oneof(
  fc.record({
    name: fc.constant('list' as const),
    which: fc.constantFrom('waiting' as const, 'pending' as const, 'mine' as const, 'all' as const),
  }),
  fc.record({
    name: fc.constantFrom(
      'show',
      'approve',
      'clear',
      'cancel',
      'break-glass',
      'who',
      'policy explain' as const,
    ),
    number,
  }) as fc.Arbitrary<Typed>,
  fc.record({
    name: fc.constantFrom('reject' as const, 'flag' as const, 'revoke' as const, 'stop' as const),
    number,
    comment: maybe,
  }),
  fc.record({
    name: fc.constant('settle' as const),
    number,
    status: fc.constantFrom('succeeded' as const, 'failed' as const),
    comment: maybe,
  }),
  fc.constant({ name: 'audit export' as const, from: null, to: null }),
  fc.record({ name: fc.constant('audit export' as const), from: end, to: fc.option(end) }),
  fc.constantFrom(
    { name: 'audit verify' as const },
    { name: 'freeze status' as const },
    { name: 'help' as const },
  ),
);

it('reads back every command that it prints', () => {
  fc.assert(
    fc.property(typed, (command) => {
      expect(parse(print(command))).toEqual({ ok: true, typed: command });
    }),
    { seed, numRuns: 1_000 },
  );
});

it('prints what it has read in the one way that reads back the same', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (line) => {
      const first = parse(line);
      if (first.ok) expect(parse(print(first.typed))).toEqual(first);
    }),
    { seed, numRuns: 500 },
  );
});

it('answers any line, and repeats nothing of it', () => {
  const words = fc.constantFrom(
    'approve',
    'reject',
    'list',
    '1042',
    '#7',
    'settle',
    'policy',
    '<!channel>',
    '\u202e',
    '```',
  );
  const line = fc.array(fc.oneof(words, fc.string({ unit: 'binary', maxLength: 30 })), { maxLength: 12 });
  fc.assert(
    fc.property(line, (parts) => {
      const parsed = parse(parts.join(' '));
      if (parsed.ok) return;
      expect(parsed.problem).toMatch(/^[\x20-\x7e]+$/);
      expect(parsed.problem).not.toContain('<!channel>');
    }),
    { seed, numRuns: 1_000 },
  );
});
