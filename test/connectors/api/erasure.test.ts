import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, it, vi } from 'vitest';
import { verifyEntries } from '../../../store/audit/verify.ts';
import type { Who } from '../../helpers/rulebook.ts';
import { startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';
import { comment, expectProblem, readLog, review, submit } from './world.ts';

/** A text that nobody writes by chance. */
const aText = () => `canary ${randomBytes(12).toString('hex')}`;

const erase = (keyturn: TestKeyturn, who: Who, seq: number, field: string, reason = 'DSR-17') =>
  keyturn.post(who, '/v1/audit/erasures', { seq, field, reason });

/** Where in the files of the database these bytes stand, whatever SQLite says. */
function foundIn(keyturn: TestKeyturn, text: string): readonly string[] {
  const names = ['keyturn.db', 'keyturn.db-wal', 'keyturn.db-shm', 'keyturn.db-journal'];
  return names.filter((name) => {
    const file = join(keyturn.dataDir, name);
    return existsSync(file) && readFileSync(file).includes(text);
  });
}

async function seqOf(keyturn: TestKeyturn, type: string): Promise<number> {
  const found = (await readLog(keyturn)).filter((entry) => entry.type === type).at(-1);
  if (found === undefined) throw new Error(`no ${type} in the log`);
  return found.seq;
}

it.each([
  ['the reason of a request', 'request.submitted', 'reason'],
  ['the links of a request', 'request.submitted', 'links'],
  ['the comment of a reject', 'review.recorded', 'comment'],
  ['the comment of a revoke', 'request.revoked', 'comment'],
])('forgets %s: no row, no page of the file and no frame of its log has it', async (_what, type, field) => {
  const keyturn = await startKeyturn();
  const text = aText();
  const link = `https://ci.example/${text.replaceAll(' ', '')}`;
  const asked = field === 'links' ? { links: [link] } : { reason: field === 'reason' ? text : 'FIN-231' };
  const sought = field === 'links' ? link : text;
  const request = await submit(keyturn, asked);
  if (type === 'review.recorded') await review(keyturn, 'bob', request, 'reject', { comment: text });
  if (type === 'request.revoked') {
    await keyturn.get('bob', `/v1/requests/${request.id}/payload`);
    await review(keyturn, 'bob', request, 'approve');
    await comment(keyturn, 'bob', 'revoke', request, { comment: text });
  }
  expect(foundIn(keyturn, sought)).not.toEqual([]);

  const seq = await seqOf(keyturn, type);
  const answer = await erase(keyturn, 'carol', seq, field);
  expect(answer.body).toEqual({ seq, field, erased_by: expect.any(Number), file: 'gone' });
  expect(foundIn(keyturn, sought)).toEqual([]);
  const shown = await keyturn.get('carol', `/v1/requests/${request.id}`);
  expect(shown.text).not.toContain(sought);
});

it('says in the log who erased what and why, and the log stays whole', async () => {
  const keyturn = await startKeyturn();
  await submit(keyturn, { reason: aText() });
  const seq = await seqOf(keyturn, 'request.submitted');
  const before = (await readLog(keyturn))[seq];
  const { body } = await erase(keyturn, 'carol', seq, 'reason', 'DSR-17, article 17');
  const log = await readLog(keyturn);
  expect(log[seq]).toEqual(before);
  const carol = keyturn.keyturn.context.store.committed.personOf('carol');
  expect(log[body.erased_by]).toMatchObject({
    type: 'disclosure.erased',
    actor: { kind: 'person', person: carol },
    data: { seq, field: 'reason' },
    d: { reason: expect.any(String) },
  });
  const lines = keyturn.keyturn.context.store.committed.entries(0, 10_000).map(({ bytes }) => bytes);
  expect((await verifyEntries(lines)).problem).toBeNull();
});

it.each([
  ['FORBIDDEN', 'bob', 0, 'key'],
  ['NOT_A_HUMAN', 'agent', 0, 'key'],
  ['NOT_FOUND', 'carol', 99_999, 'reason'],
  ['NOT_FOUND', 'carol', 1, 'comment'],
] as const)('refuses with %s, and puts that on the record', async (code, who, seq, field) => {
  const keyturn = await startKeyturn();
  expectProblem(await erase(keyturn, who, seq, field), code);
  const refused = (await readLog(keyturn)).filter(({ type }) => type === 'client.refused');
  expect(refused.at(-1)).toMatchObject({ data: { code, call: 'erase' } });
});

it('refuses a second erasure of the same text, and a reason that says nothing', async () => {
  const keyturn = await startKeyturn();
  await submit(keyturn, { reason: aText() });
  const seq = await seqOf(keyturn, 'request.submitted');
  expectProblem(await erase(keyturn, 'carol', seq, 'reason', '   '), 'INVALID');
  expect((await erase(keyturn, 'carol', seq, 'reason')).status).toBe(200);
  expectProblem(await erase(keyturn, 'carol', seq, 'reason'), 'NOT_FOUND');
});

it('lets no auditor erase what they wrote themselves', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn, { action: 'db.export' });
  await review(keyturn, 'carol', request, 'reject', { comment: aText() });
  const seq = await seqOf(keyturn, 'review.recorded');
  expectProblem(await erase(keyturn, 'carol', seq, 'comment'), 'SELF_REVIEW');
});

it('forgets the key of a person once the policy no longer names them, and not before', async () => {
  const keyturn = await startKeyturn();
  const { committed } = keyturn.keyturn.context.store;
  const eve = committed.personOf('eve');
  const linked = (await readLog(keyturn)).find(
    ({ type, data }) => type === 'identity.linked' && data.person === eve,
  );
  const seq = linked?.seq ?? -1;
  const refused = await erase(keyturn, 'carol', seq, 'key');
  expectProblem(refused, 'INVALID');
  expect(refused.body.errors[0].detail).toContain('the policy still names');
  const without = await keyturn.restart({ gone: ['eve'], version: '2', mayActFor: ['alice'] });
  expect((await erase(without, 'carol', seq, 'key')).status).toBe(200);
  expect(without.keyturn.context.store.committed.personOf('eve')).toBeNull();
});

it('tells when the same words still stand in a record that nobody erased', async () => {
  const keyturn = await startKeyturn();
  const text = aText();
  await submit(keyturn, { reason: text });
  const seq = await seqOf(keyturn, 'request.submitted');
  await submit(keyturn, { reason: text, payload: { other: 1 } });
  expect((await erase(keyturn, 'carol', seq, 'reason')).body).toMatchObject({ file: 'standing' });
  expect(
    (await erase(keyturn, 'carol', await seqOf(keyturn, 'request.submitted'), 'reason')).body,
  ).toMatchObject({ file: 'gone' });
  expect(foundIn(keyturn, text)).toEqual([]);
});

it('finishes later what a reader of an older state holds up, and says so', async () => {
  const keyturn = await startKeyturn();
  const text = aText();
  await submit(keyturn, { reason: text });
  const seq = await seqOf(keyturn, 'request.submitted');
  const reader = new Sqlite(join(keyturn.dataDir, 'keyturn.db'), { readonly: true });
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM entries').get();
  expect((await erase(keyturn, 'carol', seq, 'reason')).body).toMatchObject({ file: 'held' });
  reader.close();
  await vi.waitFor(() => expect(foundIn(keyturn, text)).toEqual([]), { timeout: 15_000, interval: 500 });
});

it('finishes it at the next start when the process died in between', async () => {
  const keyturn = await startKeyturn();
  const text = aText();
  await submit(keyturn, { reason: text });
  const seq = await seqOf(keyturn, 'request.submitted');
  const reader = new Sqlite(join(keyturn.dataDir, 'keyturn.db'), { readonly: true });
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM entries').get();
  expect((await erase(keyturn, 'carol', seq, 'reason')).body).toMatchObject({ file: 'held' });
  await keyturn.stop();
  reader.close();
  const again = await keyturn.restart();
  await vi.waitFor(() => expect(foundIn(again, text)).toEqual([]), { timeout: 15_000, interval: 500 });
});
