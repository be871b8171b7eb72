import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditVerifyCommand } from '../../../bot/cli/audit-verify.ts';
import { leafHash } from '../../../store/audit/entry.ts';
import { type Day, liveADay } from '../../store/audit/day.ts';
import { find, parse, rechain } from '../../store/audit/forge.ts';

let day: Day;
let dir: string;
let sound: string;
let lines: readonly Buffer[];
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'keyturn-verify-'));
  day = await liveADay();
  lines = day.world.entries();
  sound = join(dir, 'sound.db');
  const db = new Sqlite(day.world.file);
  db.exec(`VACUUM INTO '${sound}'`);
  db.close();
});
afterAll(() => {
  day.world.close();
  day.world.remove();
  rmSync(dir, { recursive: true, force: true });
});

interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

async function run(...args: readonly string[]): Promise<Ran> {
  let out = '';
  let err = '';
  const command = auditVerifyCommand(() => sound).configureOutput({
    writeOut: (text) => {
      out += text;
    },
    writeErr: (text) => {
      err += text;
    },
  });
  const program = new Command().addCommand(new Command('audit').addCommand(command));
  try {
    await program.parseAsync(['node', 'keyturn', 'audit', 'verify', ...args]);
    return { exit: Number(process.exitCode), out, err };
  } finally {
    process.exitCode = undefined;
  }
}

/** The database after somebody had it in their hands, without the triggers that would have stopped them. */
async function tampered(
  sql: string,
  ...values: readonly unknown[]
): Promise<Ran & { readonly problem: unknown }> {
  const file = join(dir, `tampered-${Math.random()}.db`);
  copyFileSync(sound, file);
  const db = new Sqlite(file);
  db.pragma('foreign_keys = OFF');
  const triggers = db
    .prepare<[], { name: string }>("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
    .all();
  for (const { name } of triggers) db.exec(`DROP TRIGGER ${name}`);
  if (values.length === 0) db.exec(sql);
  else db.prepare(sql).run(...values);
  db.close();
  const ran = await run(file, '--json');
  return { ...ran, problem: (JSON.parse(ran.out) as { problem: unknown }).problem };
}

const told = (ran: Ran) => JSON.parse(ran.out) as Record<string, unknown>;
const hash = (line: Uint8Array | undefined) =>
  Buffer.from(leafHash(line ?? new Uint8Array())).toString('hex');
const exported = (name: string, entries: readonly Uint8Array[]) => {
  const file = join(dir, name);
  writeFileSync(file, entries.map((bytes) => `${Buffer.from(bytes).toString('utf8')}\n`).join(''));
  return file;
};

describe('a sound log', () => {
  it('is not called sound without a key: exit 3 says what was checked and what was not', async () => {
    const { exit, out, err } = await run(sound);
    expect({ exit, err }).toEqual({ exit: 3, err: '' });
    expect(out.split('\n')).toEqual([
      `${sound}: nothing wrong in 135 entries (0 to 134), 20 requests`,
      'checked: bytes, origin, sequence, hash chain, times, texts, every state and every quorum, tables',
      `leaf hash of entry 134: ${hash(lines.at(-1))}`,
      'not checked: signatures: no key was given',
      'not checked: the tail: nothing outside the log confirms that entry 134 is the last; compare its leaf hash with one you hold',
      'not checked: groups: who left one since, and who was in clear_from, is not in the log',
      '',
    ]);
  });

  it('is the configured database when no file is named', async () => {
    expect(told(await run('--json'))).toMatchObject({ ok: true, exit: 3, entries: 135 });
  });

  it('can be an export, which has neither texts nor tables', async () => {
    const ran = await run(exported('all.jsonl', lines), '--json');
    expect(ran.exit).toBe(3);
    expect(told(ran)).toEqual({
      ok: true,
      exit: 3,
      entries: 135,
      first_seq: 0,
      last_seq: 134,
      last_hash: hash(lines.at(-1)),
      requests: 20,
      problem: null,
      not_checked: [
        'signatures: no key was given',
        expect.stringContaining('the tail: nothing outside the log confirms that entry 134 is the last'),
        expect.stringContaining('groups: '),
        'texts and tables: entries alone do not hold them',
      ],
    });
  });

  it('can be an export that begins later, which is said', async () => {
    const ran = await run(exported('later.jsonl', lines.slice(20)), '--json');
    expect(ran.exit).toBe(3);
    expect(told(ran)['not_checked']).toContain('what came before entry 20: its prev is taken as given');
    expect(told(ran)['not_checked']).toContain('8 entries about requests that began before entry 20');
  });

  it('can be an export without a line feed at its end', async () => {
    const file = join(dir, 'unended.jsonl');
    writeFileSync(file, lines.map((bytes) => bytes.toString('utf8')).join('\n'));
    expect(told(await run(file, '--json'))).toMatchObject({ exit: 3, entries: 135 });
  });

  it('can be read while a server writes to it, as of one moment', async () => {
    await day.world.view('bob', await day.world.submit('bot-1'));
    const { exit, out } = await run(day.world.file);
    expect([exit, out]).toEqual([3, expect.stringContaining('nothing wrong')]);
  });

  it('says how many texts are no longer there', async () => {
    const ran = await tampered('DELETE FROM disclosures WHERE seq = 9');
    expect([ran.exit, ran.problem]).toEqual([3, null]);
    expect(told(ran)['not_checked']).toContain('1 texts that entries commit to and that are no longer there');
  });
});

describe('a log that somebody tampered with', () => {
  it('is named with the first bad entry, in the file of entries', async () => {
    const copy = [...lines];
    copy.splice(50, 1);
    const file = exported('dropped.jsonl', copy);
    const { exit, out } = await run(file);
    expect(exit).toBe(1);
    expect(out).toBe(
      [
        `${file}: TAMPERED at entry 50: entry 51 stands where entry 50 belongs`,
        'before it: 50 entries (0 to 49), 9 requests',
        `leaf hash of entry 49: ${hash(lines[49])}`,
        'not checked: everything after it',
        '',
      ].join('\n'),
    );
    expect(told(await run(file, '--json'))).toMatchObject({
      ok: false,
      exit: 1,
      entries: 50,
      problem: { seq: 50 },
    });
  });

  it('is named when its first line is no longer JSON', async () => {
    const first = Buffer.from(lines[0] as Buffer);
    first[0] = 0x5b;
    const ran = await run(exported('first.jsonl', [first, ...lines.slice(1)]), '--json');
    expect([ran.exit, told(ran)['problem']]).toEqual([1, { seq: 0, why: 'it is not JSON' }]);
    const later = Buffer.from(lines[20] as Buffer);
    later[0] = 0x5b;
    const cut = await run(exported('first.jsonl', [later, ...lines.slice(21)]), '--json');
    expect([cut.exit, told(cut)['problem']]).toEqual([1, { seq: 20, why: 'it is not JSON' }]);
  });

  it('is named for a line that never ends', async () => {
    const file = exported('endless.jsonl', lines.slice(0, 5));
    writeFileSync(file, 'x'.repeat(10_000_000), { flag: 'a' });
    const ran = await run(file, '--json');
    expect([ran.exit, told(ran)['problem']]).toEqual([1, { seq: 5, why: 'it is longer than 65535 bytes' }]);
  });

  it('has what it says shown on one line, with nothing in it unseen', async () => {
    const log = parse(lines);
    const at = find(log, null, 'requester.cleared');
    (log[at]?.['data'] as { requester: string }).requester = 'bot\n\u202eall is well';
    const { exit, out } = await run(exported('unseen.jsonl', rechain(log)));
    expect(exit).toBe(1);
    expect(out.split('\n')[0]).toMatch(
      /entry 61: bot⟦LF⟧⟦U\+202E⟧all is well is cleared and was not frozen$/,
    );
  });
});

describe('a database that somebody tampered with', () => {
  const at = (type: string) => find(parse(lines), day.number['run'] ?? 0, type);

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
      "INSERT INTO requests SELECT 21, 'req_y', state, requester, created_at, NULL, NULL, twin, audit_seq, body FROM requests WHERE number = 20",
      134,
      /the log has 20 requests, and the tables have 21/,
    ],
    [
      'an action that the log lacks',
      "INSERT INTO actions VALUES (21, '{}', '{}')",
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
    const { exit, problem } = await tampered(sql);
    expect([exit, problem]).toEqual([1, { seq, why: expect.stringMatching(why) }]);
  });

  it('is found for an end that says a request is still open', async () => {
    const cut =
      'DELETE FROM entries WHERE seq > 16; DELETE FROM disclosures WHERE seq > 16; DELETE FROM actions WHERE number > 1; DELETE FROM requests WHERE number > 1; DELETE FROM freezes; UPDATE facts SET value = ';
    const version = `(SELECT json_extract(CAST(bytes AS TEXT), '$.data.version') FROM entries WHERE seq = 8)`;
    const whole = await tampered(`${cut}${version}`);
    expect([whole.exit, whole.problem]).toEqual([3, null]);
    const shorter = await tampered(
      `${cut}${version}; DELETE FROM entries WHERE seq = 16; UPDATE requests SET audit_seq = 1`,
    );
    const why = 'request 1 is executing by the log and succeeded in the tables';
    expect([shorter.exit, shorter.problem]).toEqual([1, { seq: at('grant.issued'), why }]);
  });

  it('is found where its file is damaged', async () => {
    const file = join(dir, 'damaged.db');
    copyFileSync(sound, file);
    const db = new Sqlite(file);
    const size = Number(db.pragma('page_size', { simple: true }));
    const page =
      db.prepare<[], { rootpage: number }>("SELECT rootpage FROM sqlite_schema WHERE name = 'entries'").get()
        ?.rootpage ?? 0;
    db.close();
    const { readFileSync } = await import('node:fs');
    const bytes = readFileSync(file);
    bytes.fill(0xff, (page - 1) * size, (page - 1) * size + 64);
    writeFileSync(file, bytes);
    const ran = await run(file, '--json');
    expect([ran.exit, told(ran)['problem']]).toEqual([
      1,
      { seq: 0, why: expect.stringContaining('cannot be read here') },
    ]);
  });

  it('is found where a table was made anew without its types', async () => {
    const remade =
      'CREATE TABLE copy AS SELECT * FROM entries; DROP TABLE entries; ALTER TABLE copy RENAME TO entries; ';
    expect((await tampered(remade)).exit).toBe(3);
    expect((await tampered(`${remade} UPDATE entries SET bytes = NULL WHERE seq = 7`)).problem).toMatchObject(
      { seq: 7 },
    );
    expect((await tampered(`${remade} UPDATE entries SET prev = 7 WHERE seq = 7`)).problem).toMatchObject({
      seq: 7,
    });
  });
});

describe('an input that is no log', () => {
  it.each<[string, () => string]>([
    ['a file that is not there', () => join(dir, 'nowhere.db')],
    ['a directory', () => dir],
    ['an empty file', () => exported('empty.jsonl', [])],
    ['a text', () => exported('text.jsonl', [Buffer.from('# Keyturn')])],
    [
      'JSON lines of something else',
      () => exported('other.jsonl', [Buffer.from('{"a":1}'), Buffer.from('{"a":2}')]),
    ],
    ['a picture', () => exported('picture.png', [Buffer.alloc(200_000, 0x89)])],
  ])('is unusable, which is neither sound nor tampered: %s', async (_what, file) => {
    const ran = await run(file(), '--json');
    expect(ran.exit).toBe(2);
    expect(told(ran)).toMatchObject({
      ok: false,
      exit: 2,
      entries: 0,
      problem: { seq: null, why: expect.any(String) },
    });
  });

  it.each<[string, string]>([
    ['a database of something else', 'CREATE TABLE t (a)'],
    ['a Keyturn database without entries', ''],
  ])('is unusable: %s', async (_what, sql) => {
    const file = join(dir, `other-${Math.random()}.db`);
    if (sql === '') {
      copyFileSync(sound, file);
      const db = new Sqlite(file);
      db.exec('DROP TRIGGER entries_no_delete; DROP TRIGGER requests_never_leave');
      db.pragma('foreign_keys = OFF');
      db.exec('DELETE FROM entries');
      db.close();
    } else {
      const db = new Sqlite(file);
      db.exec(sql);
      db.close();
    }
    expect(told(await run(file, '--json'))).toMatchObject({ exit: 2, problem: { seq: null } });
  });

  it('says so on standard error', async () => {
    const { exit, out, err } = await run(join(dir, 'nowhere.db'));
    expect([exit, out]).toEqual([2, '']);
    expect(err).toMatch(/nowhere.db: cannot be verified: ENOENT/);
  });

  it('includes a configuration that names no database', async () => {
    let out = '';
    const command = auditVerifyCommand(() => {
      throw new Error('keyturn.yaml has 2 problems');
    }).configureOutput({
      writeOut: (text) => {
        out += text;
      },
    });
    await command.parseAsync(['--json'], { from: 'user' });
    expect([process.exitCode, JSON.parse(out)]).toEqual([
      2,
      expect.objectContaining({ problem: { seq: null, why: 'keyturn.yaml has 2 problems' } }),
    ]);
    process.exitCode = undefined;
  });
});

describe('the command in a process of its own', () => {
  const program = `
    const { Command } = await import('commander');
    const { auditVerifyCommand } = await import(${JSON.stringify(join(import.meta.dirname, '../../../dist/bot/cli/audit-verify.js'))});
    await new Command().addCommand(auditVerifyCommand(() => 'none.db')).parseAsync();`;
  const spawn = (args: readonly string[], input = '') =>
    spawnSync(process.execPath, ['--input-type=module', '--eval', program, '--', 'verify', ...args], {
      input,
      encoding: 'utf8',
      cwd: import.meta.dirname,
    });

  it('reads entries from standard input', () => {
    const text = lines.map((bytes) => `${bytes.toString('utf8')}\n`).join('');
    const sound = spawn(['-', '--json'], text);
    expect([sound.status, JSON.parse(sound.stdout)]).toEqual([
      3,
      expect.objectContaining({ entries: 135, problem: null }),
    ]);
    const cut = spawn(['-'], text.replace('"seq":30,', '"seq":31,'));
    expect([cut.status, cut.stdout]).toEqual([1, expect.stringContaining('-: TAMPERED at entry 30')]);
  });

  it.each([
    ['an option that there is not', ['--key', 'k']],
    ['two files', ['a', 'b']],
  ])('never calls wrong usage tampering: %s', (_what, args) => {
    expect(spawn(args).status).toBe(2);
  });
});

it('changes nothing of what it reads', async () => {
  const file = join(dir, 'read-only.db');
  copyFileSync(sound, file);
  chmodSync(file, 0o400);
  const { readFileSync } = await import('node:fs');
  const before = readFileSync(file);
  expect((await run(file)).exit).toBe(3);
  expect(readFileSync(file).equals(before)).toBe(true);
});
