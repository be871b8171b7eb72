import { readFileSync, writeFileSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { find, parse } from '../../store/audit/forge.ts';
import { Audited, told } from './audit-world.ts';

const audited = new Audited();

describe('a database that somebody tampered with', () => {
  const at = (type: string) => find(parse(audited.lines), audited.day.number['run'] ?? 0, type);

  it.each<[what: string, sql: string, seq: number, why: RegExp]>([
    [
      'an entry that is gone',
      'DELETE FROM entries WHERE seq = 40',
      40,
      /entry 41 stands where entry 40 belongs/,
    ],
    [
      'a beginning that is gone',
      'DELETE FROM entries WHERE seq < 40',
      0,
      /it is missing; the log begins at 40/,
    ],
    [
      'a byte of an entry',
      'UPDATE entries SET bytes = CAST(replace(bytes, \'"sw":"keyturn\', \'"sw":"keyturm\') AS BLOB) WHERE seq = 40',
      40,
      /not those that entry 41 was chained to/,
    ],
    [
      'the prev of an entry',
      'UPDATE entries SET bytes = CAST(replace(bytes, \'"prev":"\', \'"prev":"x\') AS BLOB) WHERE seq = 134',
      134,
      /the column prev is not that of its bytes/,
    ],
    ['a column prev', 'UPDATE entries SET prev = randomblob(32) WHERE seq = 40', 40, /the column prev/],
    ['a column type', "UPDATE entries SET type = 'log.stopped' WHERE seq = 40", 40, /the column type/],
    ['a column request', 'UPDATE entries SET request = 1 WHERE seq = 40', 40, /the column request/],
    [
      'a column request where there is none',
      'UPDATE entries SET request = NULL WHERE seq = 40',
      40,
      /the column request/,
    ],
    [
      'two entries that change places',
      'UPDATE entries SET seq = CASE seq WHEN 40 THEN -1 ELSE seq END; UPDATE entries SET seq = 40 WHERE seq = 41; UPDATE entries SET seq = 41 WHERE seq = -1',
      40,
      /the column seq/,
    ],
    [
      'a comment',
      'UPDATE disclosures SET value = \'"because of you"\' WHERE seq = 9',
      9,
      /its reason is not the text that it commits to/,
    ],
    ['a salt', 'UPDATE disclosures SET salt = zeroblob(32) WHERE seq = 9', 9, /its reason is not the text/],
    [
      'a text that nothing commits to',
      "INSERT INTO disclosures VALUES (9, 'more', zeroblob(32), '\"x\"')",
      9,
      /it does not commit to/,
    ],
    [
      'a text beside an entry without any',
      "INSERT INTO disclosures VALUES (10, 'reason', zeroblob(32), '\"x\"')",
      10,
      /it does not commit to/,
    ],
    [
      'a text beside no entry',
      "INSERT INTO disclosures VALUES (500, 'reason', zeroblob(32), '\"x\"')",
      134,
      /a text stands beside entry 500/,
    ],
    [
      'a text before all entries',
      "INSERT INTO disclosures VALUES (-1, 'reason', zeroblob(32), '\"x\"')",
      0,
      /it does not commit to/,
    ],
    [
      'the state of a request that is over',
      "UPDATE requests SET state = 'rejected' WHERE number = 1",
      16,
      /request 1 is succeeded by the log and rejected in the tables/,
    ],
    [
      'the state of one that is open',
      "UPDATE requests SET state = 'approved' WHERE number = 19",
      134,
      /request 19 is pending by the log and approved in the tables/,
    ],
    [
      'the state in a body',
      `UPDATE requests SET body = json_set(body, '$.state', 'approved') WHERE number = 19`,
      134,
      /request 19 is pending by the log/,
    ],
    ['a body that is no JSON', "UPDATE requests SET body = 'x' WHERE number = 19", 134, /request 19/],
    [
      'a vote in a body',
      `UPDATE requests SET body = json_set(body, '$.reviews[#]', json('{"person":"psn_x","verdict":"approve","void":false}')) WHERE number = 19`,
      134,
      /votes or demands of request 19/,
    ],
    [
      'a seat in the demands',
      `UPDATE actions SET asked = json_remove(asked, '$.demands.seats[0]') WHERE number = 19`,
      134,
      /votes or demands of request 19/,
    ],
    [
      'demands that are no JSON',
      "UPDATE actions SET asked = 'x' WHERE number = 19",
      134,
      /votes or demands of request 19/,
    ],
    [
      'the id of a request',
      "UPDATE requests SET id = 'req_x' WHERE number = 19",
      134,
      /another id in the tables/,
    ],
    [
      'the stored action',
      `UPDATE actions SET text = replace(text, '"rows":1', '"rows":9') WHERE number = 1`,
      16,
      /stored action of request 1 is not the one/,
    ],
    [
      'a stored action that is gone',
      'DELETE FROM actions WHERE number = 1',
      16,
      /stored action of request 1/,
    ],
    [
      'a request that is gone',
      'DELETE FROM requests WHERE number = 1',
      16,
      /request 1 is in the log and not in the tables/,
    ],
    [
      'a request that the log lacks',
      "INSERT INTO requests (number, id, state, requester, created_at, due_at, waits, twin, audit_seq, body) SELECT 21, 'req_y', state, requester, created_at, NULL, NULL, twin, audit_seq, body FROM requests WHERE number = 20",
      134,
      /the log has 20 requests, and the tables have 21/,
    ],
    [
      'an action that the log lacks',
      "INSERT INTO actions (number, text, asked) VALUES (21, '{}', '{}')",
      134,
      /the log has 20 requests/,
    ],
    [
      'a policy in force that the log lacks',
      "UPDATE facts SET value = 'sha256:x' WHERE name = 'policy'",
      134,
      /policy in force is not the last one/,
    ],
    ['a freeze that is lifted', 'DELETE FROM freezes', 134, /frozen requesters are not those of the log/],
    [
      'a freeze of somebody else',
      "UPDATE freezes SET requester = 'bot-1' WHERE requester = 'ci-1'",
      134,
      /frozen requesters/,
    ],
    ['a freeze that more people can lift', "UPDATE freezes SET exclusions = '[]'", 134, /frozen requesters/],
    [
      'a cut tail',
      'DELETE FROM entries WHERE seq > 121',
      122,
      /it is missing: the log ends here, and the tables know of entry 131/,
    ],
    [
      'a cut tail, with its stamps',
      'DELETE FROM entries WHERE seq > 120; UPDATE requests SET audit_seq = 1',
      121,
      /the log ends in the middle of a step/,
    ],
    [
      'a cut tail, with its stamps, after a whole step',
      'DELETE FROM entries WHERE seq > 15; UPDATE requests SET audit_seq = 1; DELETE FROM disclosures WHERE seq > 15',
      15,
      /the log has 1 requests, and the tables have 20/,
    ],
  ])('is found for %s', async (_what, sql, seq, why) => {
    const { exit, problem } = await audited.tampered(sql);
    expect([exit, problem]).toEqual([1, { seq, why: expect.stringMatching(why) }]);
  });

  it('is found for an end that says a request is still open', async () => {
    const cut =
      'DELETE FROM entries WHERE seq > 16; DELETE FROM disclosures WHERE seq > 16; DELETE FROM actions WHERE number > 1; DELETE FROM requests WHERE number > 1; DELETE FROM freezes; UPDATE facts SET value = ';
    const version = `(SELECT json_extract(CAST(bytes AS TEXT), '$.data.version') FROM entries WHERE seq = 8)`;
    const whole = await audited.tampered(`${cut}${version}`);
    expect([whole.exit, whole.problem]).toEqual([3, null]);
    const shorter = await audited.tampered(
      `${cut}${version}; DELETE FROM entries WHERE seq = 16; UPDATE requests SET audit_seq = 1`,
    );
    const why = 'request 1 is executing by the log and succeeded in the tables';
    expect([shorter.exit, shorter.problem]).toEqual([1, { seq: at('grant.issued'), why }]);
  });

  it('is found where its file is damaged', async () => {
    const file = audited.copy();
    const db = new Sqlite(file);
    const size = Number(db.pragma('page_size', { simple: true }));
    const page =
      db.prepare<[], { rootpage: number }>("SELECT rootpage FROM sqlite_schema WHERE name = 'entries'").get()
        ?.rootpage ?? 0;
    db.close();
    const bytes = readFileSync(file);
    bytes.fill(0xff, (page - 1) * size, (page - 1) * size + 64);
    writeFileSync(file, bytes);
    const ran = await audited.run(file, '--json');
    expect([ran.exit, told(ran)['problem']]).toEqual([
      1,
      { seq: 0, why: expect.stringContaining('cannot be read here') },
    ]);
  });

  it('is found where a table was made anew without its types', async () => {
    const remade =
      'CREATE TABLE copy AS SELECT * FROM entries; DROP TABLE entries; ALTER TABLE copy RENAME TO entries; ';
    expect((await audited.tampered(remade)).exit).toBe(3);
    expect(
      (await audited.tampered(`${remade} UPDATE entries SET bytes = NULL WHERE seq = 7`)).problem,
    ).toMatchObject({ seq: 7 });
    expect(
      (await audited.tampered(`${remade} UPDATE entries SET prev = 7 WHERE seq = 7`)).problem,
    ).toMatchObject({
      seq: 7,
    });
  });
});
