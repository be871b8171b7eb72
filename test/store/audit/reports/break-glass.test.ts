import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Day } from '../day.ts';
import { liveAGlassDay } from '../glass-day.ts';
import { notedOf, type Row, readCsv, reportsOver } from './report-rows.ts';

let day: Day;
let files: ReadonlyMap<string, string>;

beforeAll(async () => {
  day = await liveAGlassDay();
  files = reportsOver(notedOf(day.world.file));
});
afterAll(() => {
  day.world.close();
  day.world.remove();
});

const rows = (name: string): readonly Row[] => readCsv(files.get(name) ?? '');
const about = (name: string, request: string) =>
  rows(name).filter((row) => row['request'] === String(day.number[request]));

it('tells each use of a broken glass, its review, and that a review came late', () => {
  const told = (request: string) =>
    about('break-glass', request).map(({ what, person_key, verdict }) =>
      [what, person_key, verdict].join(' '),
    );
  expect(told('right')).toEqual(['used bob ', 'reviewed dave approve']);
  expect(told('late')).toEqual(['used alice ', 'overdue alice ', 'reviewed erin approve']);
  expect(told('rejected')).toEqual(['used bob ', 'reviewed erin reject']);
  expect(told('flagged')).toEqual(['used bob ', 'reviewed erin flag']);
  // At the end, what nobody has looked at.
  expect(told('open')).toEqual(['used carol ', 'not reviewed carol ']);
  const used = rows('break-glass').filter(({ what }) => what === 'used');
  expect(used.every(({ text, due_at, review_by }) => text && due_at && review_by === 'security')).toBe(true);
});

it('names who broke it as the one who approved, and says that it was no quorum', () => {
  const [row] = about('approved-actions', 'right');
  expect(row).toMatchObject({ approved_how: 'break-glass', state: 'succeeded' });
  expect(
    about('decisions-by-person', 'right').map(({ person_key, decision }) => `${person_key} ${decision}`),
  ).toEqual(['bob break-glass', 'dave post-review approve']);
});

it('does not count what ran after a broken glass as run without approval', () => {
  expect(rows('executed-without-approval')).toEqual([]);
});
