import { Cron } from 'croner';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Windows } from '../../bot/core/calendar-freeze.ts';
import { compileWindows } from '../../bot/cron.ts';

const HOUR = 60 * 60_000;
const MINUTE = 60_000;
const BERLIN = 'Europe/Berlin';

function windows(cron: string, lengthMs: number, tz = BERLIN): Windows {
  const compiled = compileWindows(cron, lengthMs, tz);
  if (!compiled.ok) throw new Error(compiled.problem);
  return compiled.windows;
}

function problemOf(cron: string, tz = BERLIN): string {
  const compiled = compileWindows(cron, HOUR, tz);
  if (compiled.ok) throw new Error(`${cron} was taken`);
  return compiled.problem;
}

const at = (text: string) => Date.parse(text);
const isIn = (one: Windows, text: string) => one.endAt(at(text)) !== null;

describe('the weekend freeze of the contract, Friday 18:00 in Berlin for 62 hours', () => {
  const weekend = windows('0 18 * * FRI', 62 * HOUR);

  it.each([
    ['in summer', '2026-07-10T16:00:00Z', '2026-07-13T06:00:00Z'],
    ['in winter', '2026-12-11T17:00:00Z', '2026-12-14T07:00:00Z'],
    // The clocks change within it. It begins by the clock on the wall and lasts 62 hours, as written.
    ['when the clocks go forward', '2026-03-27T17:00:00Z', '2026-03-30T07:00:00Z'],
    ['when the clocks go back', '2026-10-23T16:00:00Z', '2026-10-26T06:00:00Z'],
  ])('begins and ends to the millisecond %s', (_when, from, until) => {
    expect(weekend.endAt(at(from) - 1)).toBeNull();
    expect(weekend.endAt(at(from))).toBe(at(until));
    expect(weekend.endAt(at(until) - 1)).toBe(at(until));
    expect(weekend.endAt(at(until))).toBeNull();
    expect(weekend.next(at(from) - 1)).toEqual({ from: at(from), until: at(until) });
  });
});

describe('a time of day that daylight saving touches', () => {
  it('comes right after the gap on the night that skips it', () => {
    const nightly = windows('30 2 * * *', HOUR);
    expect(isIn(nightly, '2026-03-29T00:59:59.999Z')).toBe(false);
    expect(nightly.endAt(at('2026-03-29T01:00:00Z'))).toBe(at('2026-03-29T02:00:00Z'));
    expect(isIn(nightly, '2026-03-30T00:30:00Z')).toBe(true);
  });

  it('comes once on the night that has it twice, the first time', () => {
    const nightly = windows('30 2 * * *', 30 * MINUTE);
    expect(nightly.endAt(at('2026-10-25T00:30:00Z'))).toBe(at('2026-10-25T01:00:00Z'));
    expect(isIn(nightly, '2026-10-25T01:30:00Z')).toBe(false);
    expect(isIn(nightly, '2026-10-26T01:30:00Z')).toBe(true);
  });

  it('leaves no hole in a freeze that begins anew every hour, on neither night', () => {
    const always = windows('0 * * * *', HOUR);
    for (const day of ['2026-03-28T22:00:00Z', '2026-10-24T22:00:00Z']) {
      for (let minute = 0; minute < 8 * 60; minute += 1)
        expect(always.endAt(at(day) + minute * MINUTE), day).not.toBeNull();
    }
  });
});

describe('windows that overlap', () => {
  it('are one, which ends when the last of them does', () => {
    const working = windows('0 9,10,12 * * *', 2 * HOUR, 'UTC');
    // 9 to 11 and 10 to 12 overlap; 12 to 14 touches.
    expect(working.endAt(at('2026-11-22T09:30:00Z'))).toBe(at('2026-11-22T14:00:00Z'));
    expect(working.endAt(at('2026-11-22T14:00:00Z'))).toBeNull();
    expect(working.next(at('2026-11-22T09:30:00Z'))).toEqual({
      from: at('2026-11-23T09:00:00Z'),
      until: at('2026-11-23T14:00:00Z'),
    });
  });

  it.each([
    ['0 0 * * *', 25 * HOUR],
    ['* * * * *', 90 * 24 * HOUR],
  ])('never end when they are longer than the time between them: %s', (cron, lengthMs) => {
    const forEver = windows(cron, lengthMs, 'UTC');
    for (const text of ['2026-11-22T00:00:00Z', '2026-11-22T00:30:00Z', '2026-11-22T23:59:59.999Z'])
      expect(forEver.endAt(at(text)) ?? 0).toBeGreaterThan(at(text));
  });
});

it('says the same as a list of all windows, whatever was asked before', () => {
  const crons = [
    '0 18 * * FRI',
    '30 2 * * *',
    '0 */7 * * *',
    '15 3 28-31 * *',
    '*/20 1-3 * * SUN',
    '0 0 1 * *',
  ];
  const instant = fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2026-12-31T00:00:00Z') });
  const nearSwitch = fc
    .tuple(
      fc.constantFrom(at('2026-03-29T01:00:00Z'), at('2026-10-25T01:00:00Z')),
      fc.integer({ min: -3 * HOUR, max: 3 * HOUR }),
    )
    .map(([night, off]) => night + off);
  const zones = fc.constantFrom(BERLIN, 'UTC', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe');
  const lengths = fc.constantFrom(1_000, 45 * MINUTE, 3 * HOUR, 30 * HOUR, 62 * HOUR);
  const asked = fc.array(fc.oneof(instant, nearSwitch), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(fc.constantFrom(...crons), lengths, zones, asked, (cron, lengthMs, tz, instants) => {
      const one = windows(cron, lengthMs, tz);
      const pattern = new Cron(cron, { timezone: tz, paused: true });
      for (const moment of instants) {
        let isInAny = false;
        let start = pattern.nextRun(new Date(moment - lengthMs - 1));
        for (; start !== null && start.getTime() <= moment; start = pattern.nextRun(start))
          if (moment < start.getTime() + lengthMs) isInAny = true;
        expect(one.endAt(moment) !== null, `${cron} ${tz} ${lengthMs} at ${moment}`).toBe(isInAny);
      }
    }),
    { seed: Number(process.env['KEYTURN_SEED'] ?? 20261122), numRuns: 150 },
  );
});

describe('what is refused', () => {
  it.each([
    ['0 18 * * FRI 2026', 'five'],
    ['0 18 * *', 'five'],
    ['0 25 * * *', 'hour'],
    ['0 0 * * FUN', 'five fields'],
    ['1,,2 * * * *', 'empty'],
    ['0 0 30 2 *', 'never comes'],
  ])('a cron expression such as %s', (cron, words) => {
    expect(problemOf(cron)).toContain(words);
  });

  it.each(['Mars/Olympus', 'Berlin', ''])('a time zone such as %o', (tz) => {
    expect(problemOf('0 0 * * *', tz)).toContain('is no time zone');
  });
});
