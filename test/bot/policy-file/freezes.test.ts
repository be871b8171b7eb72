import { describe, expect, it } from 'vitest';
import type { PersonId } from '../../../bot/core/request.ts';
import { compileRulebook } from '../../../bot/policy-file/compile.ts';
import { lineOf, problemsOf, SOUND, soundFile } from './sound-policy.ts';

const FREEZE = 'id: weekend, match: { environment: prod }, cron: "0 18 * * FRI", for: 62h, tz: Europe/Berlin';
const freezes = (entry: string) => `${SOUND}freezes:\n  - { ${entry} } # HERE\n`;
const swapped = (from: string, to: string) => freezes(FREEZE.replace(from, to));

const GLASS =
  'match: { environment: prod }, who: [dba], reason_min: 40, notify: { room: true }, post_review: { by: [security], within: 24h }';
const glass = (entry: string) => `${SOUND}break_glass:\n  - { ${entry} } # HERE\n`;
const other = (from: string, to: string) => glass(GLASS.replace(from, to));

function expectOne(text: string, path: string, message: string): void {
  expect(problemsOf(text)).toEqual([{ line: lineOf(text), path, message: expect.stringContaining(message) }]);
}

describe('a calendar freeze', () => {
  it('is in force when its clock on the wall says so', () => {
    const { policy } = compileRulebook(soundFile(freezes(FREEZE)), (key) => key as PersonId, new Map());
    const [weekend] = policy.freezes;
    expect(weekend?.id).toBe('weekend');
    expect(weekend?.windows.endAt(Date.parse('2026-11-27T17:00:00Z'))).toBe(
      Date.parse('2026-11-30T07:00:00Z'),
    );
    expect(weekend?.windows.endAt(Date.parse('2026-11-27T16:59:59Z'))).toBeNull();
  });

  it.each([
    ['0 18 * * FRI', '0 18 * *', 'cron', 'five fields'],
    ['0 18 * * FRI', '0 25 * * *', 'cron', 'hour'],
    ['0 18 * * FRI', '0 0 30 2 *', 'cron', 'never comes'],
    ['Europe/Berlin', 'Mars/Olympus', 'tz', 'is no time zone'],
    ['62h', 'two days', 'for', 'must be a duration'],
    ['environment: prod', 'environment: moon', 'match.environment', 'not declared'],
    ['environment: prod', 'groups: [nobody-known]', 'match.groups[0]', 'there is no group'],
    [', tz: Europe/Berlin', '', 'tz', 'is missing'],
    ['match: { environment: prod }, ', '', 'match', 'is missing'],
  ])('is refused with %s turned into %s', (from, to, path, message) => {
    expectOne(swapped(from, to), `freezes[0].${path}`, message);
  });

  it('is refused by a name that another one has', () => {
    expectOne(`${SOUND}freezes:\n  - { ${FREEZE} }\n  - { ${FREEZE} } # HERE\n`, 'freezes[1].id', 'already');
  });
});

describe('a break-glass entry', () => {
  it('is taken, and asks in no freeze unless it says so', () => {
    const { policy } = compileRulebook(soundFile(glass(GLASS)), (key) => key as PersonId, new Map());
    expect(policy.breakGlass).toMatchObject([
      {
        who: ['dba'],
        reasonMin: 40,
        reviewBy: ['security'],
        reviewWithinMs: 86_400_000,
      },
    ]);
  });

  it.each([
    [', post_review: { by: [security], within: 24h }', '', 'post_review', 'is missing'],
    [', within: 24h', '', 'post_review.within', 'is missing'],
    ['by: [security]', 'by: []', 'post_review.by', 'must not be empty'],
    ['by: [security]', 'by: [nobody]', 'post_review.by', 'nobody could review it'],
    ['by: [security]', 'by: [unknown]', 'post_review.by[0]', 'there is no group'],
    ['who: [dba]', 'who: [security]', 'post_review.by', 'only "carol" could review it'],
    ['who: [dba]', 'who: [nobody]', 'who', 'no members'],
    ['who: [dba]', 'who: [unknown]', 'who[0]', 'there is no group'],
    ['reason_min: 40', 'reason_min: 0', 'reason_min', 'from 1 to 1000'],
    ['reason_min: 40, ', '', 'reason_min', 'is missing'],
    ['room: true', 'room: false', 'notify', 'nobody would hear of it'],
    ['environment: prod', 'environment: moon', 'match.environment', 'not declared'],
  ])('is refused with %s turned into %o', (from, to, path, message) => {
    expectOne(other(from, to), `break_glass[0].${path}`, message);
  });
});

describe('reminders and ways', () => {
  const plan = (line: string) =>
    SOUND.replace('    expires_after: 45m', `    expires_after: 45m\n    ${line} # HERE`);

  it.each([
    ['remind: [half, 45m]', 'remind[1]', 'would never come'],
    ['remind: [third]', 'remind[0]', 'must be half, or a duration'],
    ['escalate: [{ after: 45m, notify: [security] }]', 'escalate[0].after', 'would never come'],
    ['escalate: [{ after: 5m, notify: [unknown] }]', 'escalate[0].notify[0]', 'there is no group'],
    ['review_via: []', 'review_via', 'must not be empty'],
    ['review_via: [mail]', 'review_via[0]', 'must be slack, teams, room or api'],
  ])('are refused as %s', (line, path, message) => {
    expectOne(plan(line), `plans.two-keys.${path}`, message);
  });

  it('default to half of the time and five minutes, and to every way', () => {
    const { policy } = compileRulebook(soundFile(SOUND), (key) => key as PersonId, new Map());
    expect(policy.default).toMatchObject({
      plan: { remind: ['half', 300_000], escalate: [], reviewVia: ['slack', 'teams', 'room', 'api'] },
    });
  });

  it('can be none at all', () => {
    const file = soundFile(SOUND.replace('    expires_after: 45m', '    expires_after: 45m\n    remind: []'));
    const { policy } = compileRulebook(file, (key) => key as PersonId, new Map());
    expect(policy.rules[0]?.plan?.remind).toEqual([]);
  });
});

it('is another policy when a freeze, a break-glass entry or a way changes, and the same with another token', () => {
  const version = (text: string) =>
    compileRulebook(soundFile(text), (key) => key as PersonId, new Map()).policy.version;
  const versions = [
    SOUND,
    freezes(FREEZE),
    swapped('62h', '61h'),
    glass(GLASS),
    other('24h', '25h'),
    SOUND.replace('    expires_after: 45m', '    expires_after: 45m\n    review_via: [room]'),
  ].map(version);
  expect(new Set(versions).size).toBe(versions.length);
  expect(version(SOUND.replaceAll('d'.repeat(64), 'e'.repeat(64)))).toBe(version(SOUND));
});
