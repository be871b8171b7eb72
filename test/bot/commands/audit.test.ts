import Sqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import { recordRefusedCalls } from '../../../bot/app/refuse-call.ts';
import type { Answer } from '../../../bot/commands/answer.ts';
import { createDesk } from '../../../bot/commands/desk.ts';
import { plain } from '../../../bot/views/words.ts';

import { anExecuting, HOUR, readLog, report, submit } from '../../connectors/api/world.ts';
import { unpack } from '../../helpers/bundle.ts';
import { callerOf } from '../../helpers/memory-driver.ts';
import { startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';

const DAY = 24 * HOUR;

function type({ keyturn }: TestKeyturn, line: string): Promise<Answer> {
  return keyturn.desk.type(callerOf(keyturn, 'carol'), line);
}

function textOf(answer: Answer): string {
  return answer.kind === 'text' ? answer.lines.map(plain).join('\n') : answer.kind;
}

/** The first and the last entry of the bundle that this line brings. */
async function rangeOf(keyturn: TestKeyturn, line: string): Promise<readonly [number, number]> {
  const answer = await type(keyturn, line);
  if (answer.kind !== 'file') throw new Error(textOf(answer));
  const seqs = unpack(answer.bytes)
    .lines('events.jsonl')
    .map((text) => (JSON.parse(text) as { readonly seq: number }).seq);
  return [seqs[0] ?? -1, seqs.at(-1) ?? -1];
}

it('exports the days that are asked for, from the first entry of one to the last of the other', async () => {
  const keyturn = await startKeyturn();
  const { committed } = keyturn.keyturn.context.store;
  const ends: number[] = [];
  for (let day = 0; day < 4; day += 1) {
    await submit(keyturn, { payload: { day } });
    ends.push(committed.lastSeq());
    keyturn.clock.advance(DAY);
    // What comes due is written before the next day's request.
    await keyturn.get('carol', '/v1/requests');
  }
  const dayOf = async (seq: number) => (await readLog(keyturn))[seq]?.ts.slice(0, 10);
  expect(await dayOf(ends[1] ?? 0)).toBe('2026-11-23');
  const [first, last] = await rangeOf(keyturn, 'audit export 2026-11-23 2026-11-24');
  expect([await dayOf(first - 1), await dayOf(first)]).toEqual(['2026-11-22', '2026-11-23']);
  expect([await dayOf(last), await dayOf(last + 1)]).toEqual(['2026-11-24', '2026-11-25']);
  expect(await rangeOf(keyturn, 'audit export 2 5')).toEqual([2, 5]);
  expect((await rangeOf(keyturn, 'audit export'))[0]).toBe(0);
});

it.each([
  [
    'days in which nothing was written',
    'audit export 2020-01-01 2020-01-02',
    'Nothing was written on those days',
  ],
  ['days to come', 'audit export 2036-01-01', 'Nothing was written on those days'],
  ['entries that there are not yet', 'audit export 0 99999', 'the log ends at entry'],
  ['an end before its beginning', 'audit export 5 2', 'must not be after'],
])('says that there is nothing to export for %s, on record', async (_what, line, says) => {
  const keyturn = await startKeyturn();
  const answer = await type(keyturn, line);
  expect(textOf(answer)).toContain('nothing to export');
  expect(textOf(answer)).toContain(says);
  const [refused] = (await readLog(keyturn)).filter((entry) => entry.type === 'client.refused');
  expect(refused?.data).toMatchObject({ code: 'INVALID', call: expect.stringContaining('export') });
});

it('gives up a bundle that is too large for a chat, ends its export, and says what else there is', async () => {
  const { keyturn } = await startKeyturn();
  const { context } = keyturn;
  let given = 0;
  let ended = false;
  async function* pieces() {
    try {
      for (;;) {
        given += 1;
        yield Buffer.alloc(1024 * 1024);
      }
    } finally {
      ended = true;
    }
  }
  const start = () => ({ name: 'audit-endless.tar.gz', entries: 1, pieces: pieces() });
  const desk = createDesk(context, recordRefusedCalls(context), {
    exporter: { reportNames: [], hasRoom: () => true, start },
    checker: { check: () => null },
  });
  const answer = await desk.type(callerOf(keyturn, 'carol'), 'audit export');
  expect(textOf(answer)).toContain('larger than 32 MiB');
  expect(textOf(answer)).toContain('keyturn audit export');
  expect([given, ended]).toEqual([33, true]);
});

it('says so when the export is cut off on its way, and hands out no half of it', async () => {
  const { keyturn } = await startKeyturn();
  const { context } = keyturn;
  async function* pieces() {
    yield Buffer.from('half');
    throw new Error('the disk went away');
  }
  const start = () => ({ name: 'audit-half.tar.gz', entries: 1, pieces: pieces() });
  const desk = createDesk(context, recordRefusedCalls(context), {
    exporter: { reportNames: [], hasRoom: () => true, start },
    checker: { check: () => null },
  });
  const answer = await desk.type(callerOf(keyturn, 'carol'), 'audit export');
  expect(answer).toMatchObject({ kind: 'text', ok: false });
  expect(textOf(answer)).toContain('cut off on its way');
});

it('verifies the log that it writes, says what confirms it, and puts it on record that all was read', async () => {
  const keyturn = await startKeyturn();
  await report(keyturn, await anExecuting(keyturn));
  const answer = await type(keyturn, 'audit verify');
  expect(answer).toMatchObject({ kind: 'text', ok: true });
  expect(textOf(answer)).toMatch(/^Nothing is wrong in \d+ entries \(0 to \d+\), 1 requests\.$/m);
  expect(textOf(answer)).toContain('Signed: up to entry');
  expect(textOf(answer)).toContain('Nothing outside confirms the tail');
  expect(textOf(answer)).toContain('the server’s own word');
  const [viewed] = (await readLog(keyturn)).filter((entry) => entry.type === 'audit.viewed');
  expect(viewed).toMatchObject({ data: { from: 0, count: viewed?.seq }, actor: { via: 'room' } });
});

it('runs one check at a time, and the next one after it', async () => {
  const keyturn = await startKeyturn();
  const answers = await Promise.all([type(keyturn, 'audit verify'), type(keyturn, 'audit verify')]);
  const texts = answers.map(textOf).sort();
  expect(texts[0]).toContain('As many of these are under way');
  expect(texts[1]).toContain('Nothing is wrong');
  expect(textOf(await type(keyturn, 'audit verify'))).toContain('Nothing is wrong');
});

it('names the entry that somebody changed in the file, and tells the operator too', async () => {
  const errors: string[] = [];
  const logger = {
    info: () => {},
    warn: () => {},
    error: (message: string, fields = {}) => void errors.push(JSON.stringify([message, fields])),
  };
  const keyturn = await startKeyturn({}, { ports: { logger } });
  await report(keyturn, await anExecuting(keyturn));
  const db = new Sqlite(`${keyturn.dataDir}/keyturn.db`);
  db.exec('DROP TRIGGER entries_no_update');
  db.exec(`UPDATE entries SET bytes = CAST(replace(bytes, '"sw":"', '"sw":"X') AS BLOB) WHERE seq = 7`);
  db.close();
  const answer = await type(keyturn, 'audit verify');
  expect(answer).toMatchObject({ kind: 'text', ok: false });
  expect(textOf(answer)).toMatch(/^TAMPERED at entry [78]: /);
  expect(errors.filter((text) => text.includes('does not verify'))).toHaveLength(1);
});
