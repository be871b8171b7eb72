import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import { payloadEraser } from '../../../bot/app/erase-payloads.ts';
import { createVerifier } from '../../../store/audit/verify.ts';
import { openVerifySource } from '../../../store/sqlite/verify-source.ts';
import { startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';
import { EXPORT, firm, postReview, seeAndBreak } from './glass.ts';
import {
  anExecuting,
  comment,
  expectProblem,
  HOUR,
  post,
  readLog,
  report,
  review,
  seeAndApprove,
  stateOf,
  storyOf,
  submit,
} from './world.ts';

const DAY = 24 * HOUR;
const SECRET = 'CANARY-of-the-payload-0123456789';
const payload = (more: object = {}) => ({ payload: { kind: 'sql', statement: SECRET, ...more } });

const erase = (keyturn: TestKeyturn) => payloadEraser(keyturn.keyturn.context)();

function filesWith(keyturn: TestKeyturn, text: string): string[] {
  return readdirSync(keyturn.dataDir).filter(
    (name) => !name.endsWith('.sock') && readFileSync(join(keyturn.dataDir, name), 'latin1').includes(text),
  );
}

function verdictOf(keyturn: TestKeyturn) {
  const source = openVerifySource(join(keyturn.dataDir, 'keyturn.db'));
  const verifier = createVerifier({ tables: source.tables });
  for (const { bytes, beside } of source.entries()) if (!verifier.take(bytes, beside)) break;
  const { problem } = verifier.finish();
  source.close();
  return problem;
}

async function ended(keyturn: TestKeyturn, changes: Record<string, unknown> = payload()) {
  const request = await submit(keyturn, changes);
  await seeAndApprove(keyturn, 'bob', request);
  await keyturn.post('agent', `/v1/requests/${request.id}/cancel`);
  return request;
}

it('row 26: thirty days after the end the payload is gone from every file, and the digest is not', async () => {
  const keyturn = await startKeyturn();
  const request = await ended(keyturn);
  expect(filesWith(keyturn, SECRET)).not.toEqual([]);
  keyturn.clock.advance(30 * DAY - 1);
  await erase(keyturn);
  expect(filesWith(keyturn, SECRET)).not.toEqual([]);
  keyturn.clock.advance(1);
  await erase(keyturn);
  // While it runs: neither in the database nor in what is written ahead of it.
  expect(filesWith(keyturn, SECRET)).toEqual([]);
  await keyturn.stop();
  expect(filesWith(keyturn, SECRET)).toEqual([]);
  expect(filesWith(keyturn, request.action_digest.slice('sha256:'.length))).not.toEqual([]);
});

it('says so to who asks for the payload, and shows no part of it any more', async () => {
  const keyturn = await startKeyturn();
  const request = await ended(keyturn);
  const before = await keyturn.get('bob', `/v1/requests/${request.id}`);
  expect(before.body.preview.text).toContain(SECRET);
  keyturn.clock.advance(30 * DAY);
  await erase(keyturn);
  const answer = await keyturn.get('bob', `/v1/requests/${request.id}/payload`);
  expectProblem(answer, 'EXPIRED');
  expect(answer.body.detail).toContain('This payload was erased');
  const { body } = await keyturn.get('bob', `/v1/requests/${request.id}`);
  expect(body).toMatchObject({ state: 'cancelled', action_digest: request.action_digest });
  expect(body.preview).toEqual({
    text: '⟦erased: the time for which payloads are kept is over⟧',
    hidden_lines: 0,
    hidden_values: 0,
  });
  expect(await storyOf(keyturn, request)).toContain('payload.erased');
});

it.each([
  [
    'rejected',
    async (keyturn: TestKeyturn) => {
      const request = await submit(keyturn, payload());
      await review(keyturn, 'bob', request, 'reject', { comment: 'no' });
      return request;
    },
  ],
  [
    'denied',
    async (keyturn: TestKeyturn) => (await post(keyturn, 'agent', { action: 'db.drop', ...payload() })).body,
  ],
  [
    'expired',
    async (keyturn: TestKeyturn) => {
      const request = await submit(keyturn, payload());
      keyturn.clock.advance(HOUR);
      await stateOf(keyturn, request);
      return request;
    },
  ],
  [
    'succeeded',
    async (keyturn: TestKeyturn) => {
      const running = await anExecuting(keyturn, payload());
      await report(keyturn, running);
      return running;
    },
  ],
] as const)('counts from the end of one that %s', async (state, end) => {
  const keyturn = await startKeyturn();
  const request = await end(keyturn);
  expect(await stateOf(keyturn, request)).toBe(state);
  keyturn.clock.advance(30 * DAY - 1);
  await erase(keyturn);
  expect(await storyOf(keyturn, request)).not.toContain('payload.erased');
  keyturn.clock.advance(1);
  await erase(keyturn);
  expect(await storyOf(keyturn, request)).toContain('payload.erased');
  expect(filesWith(keyturn, SECRET)).toEqual([]);
});

it('what nobody can say the end of keeps its payload, until somebody has settled it', async () => {
  const keyturn = await startKeyturn();
  const running = await anExecuting(keyturn, payload());
  keyturn.clock.advance(100 * DAY);
  expect(await stateOf(keyturn, running)).toBe('unknown');
  await erase(keyturn);
  expect((await keyturn.get('bob', `/v1/requests/${running.id}/payload`)).status).toBe(200);
  await comment(keyturn, 'bob', 'settle', running, { status: 'succeeded' });
  keyturn.clock.advance(30 * DAY);
  await erase(keyturn);
  expect(filesWith(keyturn, SECRET)).toEqual([]);
});

it('looking at it does not make it stay longer', async () => {
  const keyturn = await startKeyturn();
  const request = await ended(keyturn);
  keyturn.clock.advance(29 * DAY);
  await keyturn.get('carol', `/v1/requests/${request.id}/payload`);
  keyturn.clock.advance(DAY);
  await erase(keyturn);
  expect(filesWith(keyturn, SECRET)).toEqual([]);
});

it('erases many, each with its entry, and a payload larger than a page as well', async () => {
  const keyturn = await startKeyturn({
    limits: { openPerRequester: 'unlimited', newPerMinute: 'unlimited' },
  });
  const large = Array.from({ length: 3_000 }, (_, nth) => `${SECRET} ${nth}`).join('\n');
  for (let nth = 0; nth < 250; nth += 1) {
    const { id } = await submit(keyturn, payload({ statement: nth === 100 ? large : `${SECRET} ${nth}` }));
    await keyturn.post('agent', `/v1/requests/${id}/cancel`);
  }
  keyturn.clock.advance(30 * DAY);
  await erase(keyturn);
  expect(filesWith(keyturn, SECRET)).toEqual([]);
  const erased = (await readLog(keyturn)).filter(({ type }) => type === 'payload.erased');
  expect(new Set(erased.map(({ subject }) => subject?.request)).size).toBe(250);
});

it('while somebody reads beside it the erased bytes wait, and go with the next look', async () => {
  const keyturn = await startKeyturn();
  await ended(keyturn);
  keyturn.clock.advance(30 * DAY);
  const reader = new Sqlite(join(keyturn.dataDir, 'keyturn.db'), { readonly: true });
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM requests').get();
  const sweep = payloadEraser(keyturn.keyturn.context);
  await sweep();
  expect(filesWith(keyturn, SECRET)).not.toEqual([]);
  reader.close();
  await sweep();
  expect(filesWith(keyturn, SECRET)).toEqual([]);
});

it('the log stays sound, and a payload that went without an entry, or stayed in spite of one, is found', async () => {
  const keyturn = await startKeyturn();
  await ended(keyturn);
  await ended(keyturn, payload({ n: 2 }));
  const open = await submit(keyturn, payload({ n: 3 }), { who: 'ci' });
  keyturn.clock.advance(29 * 60_000);
  await stateOf(keyturn, open);
  keyturn.clock.advance(30 * DAY);
  await erase(keyturn);
  const last = await submit(keyturn, payload({ n: 4 }));
  await keyturn.stop();
  expect(verdictOf(keyturn)).toBeNull();

  const db = new Sqlite(join(keyturn.dataDir, 'keyturn.db'));
  db.exec('DROP TRIGGER actions_no_update');
  const [{ text } = { text: '' }] = db
    .prepare<[], { text: string }>('SELECT text FROM actions WHERE number = 4')
    .all();
  db.prepare("UPDATE actions SET text = '' WHERE number = 4").run();
  expect(verdictOf(keyturn)?.why).toMatch(/stored action of request 4 is not the one/);
  db.prepare('UPDATE actions SET text = ? WHERE number = 4').run(text);
  expect(verdictOf(keyturn)).toBeNull();
  db.prepare("UPDATE actions SET text = '{}' WHERE number = 1").run();
  expect(verdictOf(keyturn)?.why).toMatch(/stored action of request 1 is not the one/);
  db.prepare("UPDATE actions SET text = '', erased_seq = NULL WHERE number = 1").run();
  expect(verdictOf(keyturn)?.why).toMatch(/stored action of request 1 is not the one/);
  db.close();
  expect(last.number).toBe(4);
});

it('the database erases nothing of what is open, nothing twice, and changes nothing ever', async () => {
  const keyturn = await startKeyturn();
  await submit(keyturn, payload());
  await keyturn.stop();
  const db = new Sqlite(join(keyturn.dataDir, 'keyturn.db'));
  for (const sql of [
    "UPDATE actions SET text = ''",
    "UPDATE actions SET text = '', erased_seq = 0",
    "UPDATE actions SET text = '{}'",
    'UPDATE actions SET erased_seq = 1',
    'DELETE FROM actions',
  ]) {
    expect(() => db.exec(sql), sql).toThrow(/an action/);
  }
  db.close();
});

it('a broken glass that nobody has reviewed yet keeps what is to be reviewed', async () => {
  const keyturn = await firm();
  const request = await submit(keyturn, { ...EXPORT, ...payload() });
  expect((await seeAndBreak(keyturn, 'bob', request)).status).toBe(200);
  await keyturn.post('agent', `/v1/requests/${request.id}/cancel`);
  keyturn.clock.advance(60 * DAY);
  await erase(keyturn);
  expect((await keyturn.get('carol', `/v1/requests/${request.id}/payload`)).status).toBe(200);
  expect((await postReview(keyturn, 'carol', request, 'approve')).status).toBe(200);
  await erase(keyturn);
  expect(filesWith(keyturn, SECRET)).toEqual([]);
});
