import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Noted } from '../../../../store/audit/reports/noted.ts';
import { REPORT_NAMES } from '../../../../store/audit/reports/run.ts';
import { type Day, liveADay } from '../day.ts';
import { notedOf, type Row, readCsv, reportsOver } from './report-rows.ts';

let day: Day;
let noted: readonly Noted[];
let files: ReadonlyMap<string, string>;

beforeAll(async () => {
  day = await liveADay();
  noted = notedOf(day.world.file);
  files = reportsOver(noted);
});
afterAll(() => {
  day.world.close();
  day.world.remove();
});

const rows = (name: string, over = files): readonly Row[] => readCsv(over.get(name) ?? '');
const numbers = (...names: readonly string[]) => names.map((name) => String(day.number[name]));
const requests = (name: string, over = files) => rows(name, over).map((row) => row['request'] ?? '');

it('makes every report of the list, each with a line of column names', () => {
  expect([...files.keys()].sort()).toEqual([...REPORT_NAMES].sort());
  for (const text of files.values()) expect(text).toMatch(/^[a-z_]+(,[a-z_]+)+\r\n/);
});

it('makes the same bytes of the same entries', () => {
  expect(reportsOver(noted)).toEqual(files);
});

it('names every approved action once in the population, and nothing that was not approved', () => {
  const approved = [
    ...numbers('run', 'settled', 'allowed', 'critical', 'released', 'besides', 'human', 'stopped'),
    ...numbers('weakened', 'ready', 'stricter'),
  ];
  expect(requests('approved-actions').sort()).toEqual(approved.sort());
});

it('says who approved, who stands behind the request, and how it ended', () => {
  const [row] = rows('approved-actions').filter(({ request }) => request === String(day.number['run']));
  expect(row).toMatchObject({
    requester: 'bot-1',
    requester_kind: 'agent',
    human: 'olga',
    on_behalf_of_key: 'alice',
    approved_how: 'quorum',
    approved_by_keys: 'bob dave',
    state: 'succeeded',
    reason: 'because of 1',
  });
  const [allowed] = rows('approved-actions').filter(
    ({ request }) => request === String(day.number['allowed']),
  );
  expect(allowed).toMatchObject({ approved_how: 'rule', approved_by: '', rules: 'reads', state: 'lapsed' });
});

it('draws a sample from the population, with a proof for each entry that tells the story', () => {
  expect(requests('sample').sort()).toEqual(requests('approved-actions').sort());
  for (const row of rows('sample')) {
    const seqs = (row['entries'] ?? '').split(' ');
    expect(seqs.length).toBeGreaterThan(1);
    expect(row['proofs']).toBe(seqs.map((seq) => `proofs/${seq}.tlog-proof`).join(' '));
    expect(seqs).toContain(row['approved_seq']);
    for (const seq of seqs) expect(noted[Number(seq)]?.entry.subject?.number).toBe(Number(row['request']));
  }
});

it('names each decision with the person who made it', () => {
  const settled = rows('decisions-by-person').filter(
    ({ request }) => request === String(day.number['settled']),
  );
  expect(settled.map(({ person_key, decision }) => `${person_key} ${decision}`)).toEqual([
    'alice approve',
    'bob approve',
    'carol settle failed',
  ]);
  const [clear] = rows('decisions-by-person').filter(({ decision }) => decision === 'clear requester');
  expect(clear).toMatchObject({ person_key: 'erin', comment: 'a false alarm', request: '' });
});

it('names what each agent asked, also what was refused at the door', () => {
  const asked = rows('requests-by-agent');
  expect(asked.filter(({ refused }) => refused === '')).toHaveLength(20);
  expect(asked.filter(({ refused }) => refused !== '')).toMatchObject([
    { requester: 'ci-1', human: 'olga', refused: 'REQUESTER_FROZEN', action: 'db.export' },
  ]);
  expect(asked.filter(({ requester_kind }) => requester_kind === 'human')).toMatchObject([
    { human: 'alice' },
  ]);
});

it('names an approve that came before anybody could have read the view', () => {
  const fast = rows('fast-approvals');
  expect(fast).toHaveLength(
    rows('decisions-by-person').filter(({ decision }) => decision === 'approve').length,
  );
  // Bob saw it once before the flag: from that view on he had four seconds.
  expect(fast.map(({ seconds_since_view }) => seconds_since_view)).toContain('4');
});

it('leaves out an approve that took longer', () => {
  const [submitted, viewed, approve] = [9, 10, 11].map((seq) => noted[seq]);
  if (!submitted || !viewed || approve === undefined) throw new Error('the day begins otherwise');
  const at = (ms: number) => ({ ...approve, entry: { ...approve.entry, at: viewed.entry.at + ms } }) as Noted;
  const over = (ms: number) => requests('fast-approvals', reportsOver([submitted, viewed, at(ms)]));
  expect(over(29_999)).toHaveLength(1);
  expect(over(30_000)).toHaveLength(0);
});

it('names what nobody decided, and what is still open', () => {
  const states = rows('undecided').map(({ request, state }) => `${request} ${state}`);
  const [flagged, joined, open, last] = numbers('flagged', 'joined', 'open', 'flaggedLast');
  expect(states).toEqual([`${flagged} expired`, `${joined} pending`, `${open} pending`, `${last} flagged`]);
});

it('names nothing that ran without an approval in an honest log', () => {
  expect(rows('executed-without-approval')).toEqual([]);
});

it('names what ran where its approval is taken out', () => {
  const forged = noted.filter(
    ({ entry }) => !(entry.type === 'request.approved' && entry.subject?.number === day.number['run']),
  );
  const found = rows('executed-without-approval', reportsOver(forged));
  expect(found.map(({ request, entry }) => `${request} ${entry}`)).toEqual([
    `${day.number['run']} grant.issued`,
    `${day.number['run']} execution.succeeded`,
  ]);
});

it('names a second release of one approval', () => {
  const grant = noted.findIndex(({ entry }) => entry.type === 'grant.issued');
  const again = noted[grant];
  if (again === undefined) throw new Error('nothing was released');
  const second = { ...again, entry: { ...again.entry, seq: again.entry.seq + 0.5 } } as Noted;
  const forged = [...noted.slice(0, grant + 1), second, ...noted.slice(grant + 1)];
  expect(rows('executed-without-approval', reportsOver(forged))).toMatchObject([
    { entry: 'grant.issued', why: 'released a second time' },
  ]);
});

it('names what was approved and never ran', () => {
  const never = ['allowed', 'critical', 'released', 'weakened', 'ready'];
  expect(requests('approved-never-run').sort()).toEqual(numbers(...never).sort());
});

it('names what nobody knows the end of, until a person settles it', () => {
  expect(rows('unknown-unsettled')).toEqual([]);
  const settled = noted.findIndex(({ entry }) => entry.type === 'execution.settled');
  expect(requests('unknown-unsettled', reportsOver(noted.slice(0, settled)))).toEqual(numbers('settled'));
});

it('names who may fill which seat by the policy in force, and when they last did', () => {
  const rights = rows('who-may-approve');
  const carol = rights.filter(({ person_key }) => person_key === 'carol');
  expect(carol.map(({ seat }) => seat)).toEqual(['dba', 'security']);
  expect(carol[0]).toMatchObject({
    in_force: 'true',
    plans: 'two-dbas two-keys',
    rules: 'two-dbas (default)',
  });
  // Frank voted under a plan that the policy no longer has.
  expect(rights.find(({ person_key }) => person_key === 'frank')).toMatchObject({
    in_force: 'false',
    reviews: '1',
  });
});

it('names each policy and what it changed', () => {
  const changes = rows('policy-history').map(({ change, what }) => `${change} ${what}`.trim());
  expect(changes).toEqual([
    'loaded; nothing to compare it with',
    'loaded',
    'added /rules/lead-too',
    'added /rules/no-erase',
    'setting',
    'loaded',
    'removed /rules/no-erase',
    'setting',
  ]);
});

it('says of a policy whose text was erased that it is not there', () => {
  const erased = noted.map((one) => (one.entry.type === 'policy.loaded' ? { ...one, texts: {} } : one));
  const changes = rows('policy-history', reportsOver(erased)).map(({ change }) => change);
  expect(new Set(changes)).toEqual(new Set(['loaded; its text is not there']));
});

it('counts what is there and what is missing in the integrity statement', () => {
  const stated = (over: ReadonlyMap<string, string>) =>
    Object.fromEntries(rows('integrity', over).map(({ statement, value }) => [statement, value]));
  expect(stated(files)).toMatchObject({
    entries: String(noted.length),
    'requests submitted': '20',
    'requests approved': '11',
    'texts that are not there': '0',
  });
  const erased = noted.map((one) => (one.entry.seq === 9 ? { ...one, texts: {} } : one));
  expect(stated(reportsOver(erased))['texts that are not there']).toBe('1');
});

it('shows an id where the key of a person was erased', () => {
  const erased = noted.map((one) => (one.entry.type === 'identity.linked' ? { ...one, texts: {} } : one));
  const [row] = rows('decisions-by-person', reportsOver(erased));
  expect(row?.['person']).toMatch(/^psn_[0-9a-f]{32}$/);
  expect(row?.['person_key']).toBe('');
});

it('judges nothing that began before its first entry', () => {
  const over = reportsOver(noted.slice(13));
  expect(rows('executed-without-approval', over)).toEqual([]);
  const [row] = rows('approved-actions', over);
  expect(row).toMatchObject({ request: String(day.number['run']), requested_at: '', state: 'succeeded' });
  const [stated] = rows('integrity', over).filter(({ statement }) => statement?.includes('began before'));
  expect(stated?.['value']).toBe('4');
});
