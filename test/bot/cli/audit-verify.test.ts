import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { auditVerifyCommand } from '../../../bot/cli/audit-verify.ts';
import { find, parse, rechain } from '../../store/audit/forge.ts';
import { Audited, hash, told } from './audit-world.ts';

const audited = new Audited();

describe('a sound log', () => {
  it('is not called sound without a key: exit 3 says what was checked and what was not', async () => {
    const { exit, out, err } = await audited.run(audited.sound);
    expect({ exit, err }).toEqual({ exit: 3, err: '' });
    expect(out.split('\n')).toEqual([
      `${audited.sound}: nothing wrong in 135 entries (0 to 134), 20 requests`,
      'checked: bytes, origin, sequence, hash chain, times, texts, every state and every quorum, tables',
      expect.stringMatching(/^root of keyturn\.test\/1 at 135 entries: [0-9a-f]{64}$/),
      `leaf hash of entry 134: ${hash(audited.lines.at(-1))}`,
      'not checked: signatures: no key was given',
      'not checked: the tail: nothing outside the log confirms that entry 134 is the last; give --anchor what you hold',
      'not checked: groups: who left one since, and who was in clear_from, is not in the log',
      '',
    ]);
  });

  it('is the configured database when no file is named', async () => {
    expect(told(await audited.run('--json'))).toMatchObject({ ok: true, exit: 3, entries: 135 });
  });

  it('can be an export, which has neither texts nor tables', async () => {
    const ran = await audited.run(audited.exported('all.jsonl', audited.lines), '--json');
    expect(ran.exit).toBe(3);
    expect(told(ran)).toEqual({
      ok: true,
      exit: 3,
      entries: 135,
      first_seq: 0,
      last_seq: 134,
      last_hash: hash(audited.lines.at(-1)),
      origin: 'keyturn.test/1',
      root: expect.stringMatching(/^[0-9a-f]{64}$/),
      requests: 20,
      signed: null,
      confirmed: 0,
      problem: null,
      means: null,
      not_checked: [
        'signatures: no key was given',
        expect.stringContaining('the tail: nothing outside the log confirms that entry 134 is the last'),
        expect.stringContaining('groups: '),
        'texts: entries alone do not hold them',
      ],
    });
  });

  it('can be an export that begins later, which is said', async () => {
    const ran = await audited.run(audited.exported('later.jsonl', audited.lines.slice(20)), '--json');
    expect(ran.exit).toBe(3);
    expect(told(ran)['not_checked']).toContain('what came before entry 20');
    expect(told(ran)['not_checked']).toContain('8 entries about requests that began before entry 20');
  });

  it('can be an export without a line feed at its end', async () => {
    const file = audited.path('unended.jsonl');
    writeFileSync(file, audited.lines.map((bytes) => bytes.toString('utf8')).join('\n'));
    expect(told(await audited.run(file, '--json'))).toMatchObject({ exit: 3, entries: 135 });
  });

  it('can be read while a server writes to it, as of one moment', async () => {
    await audited.day.world.view('bob', await audited.day.world.submit('bot-1'));
    const { exit, out } = await audited.run(audited.day.world.file);
    expect([exit, out]).toEqual([3, expect.stringContaining('nothing wrong')]);
  });
});

describe('a log that somebody tampered with', () => {
  it('is named for a text that is gone and that no entry says was erased', async () => {
    const ran = await audited.tampered('DELETE FROM disclosures WHERE seq = 9');
    const why = 'its reason is not there, and no entry says that it was erased';
    expect([ran.exit, ran.problem]).toEqual([1, { seq: 9, why }]);
  });

  it('is named with the first bad entry, in the file of entries', async () => {
    const copy = [...audited.lines];
    copy.splice(50, 1);
    const file = audited.exported('dropped.jsonl', copy);
    const { exit, out } = await audited.run(file);
    expect(exit).toBe(1);
    expect(out).toBe(
      [
        `${file}: TAMPERED at entry 50: entry 51 stands where entry 50 belongs`,
        'Here entries were changed, removed, added or moved after they were written.',
        'sound before it: 50 entries (0 to 49), 9 requests',
        `leaf hash of entry 49: ${hash(audited.lines[49])}`,
        'not checked: everything after it',
        '',
      ].join('\n'),
    );
    expect(told(await audited.run(file, '--json'))).toMatchObject({
      ok: false,
      exit: 1,
      entries: 50,
      problem: { seq: 50 },
    });
  });

  it('is named when its first line is no longer JSON', async () => {
    const first = Buffer.from(audited.lines[0] as Buffer);
    first[0] = 0x5b;
    const ran = await audited.run(
      audited.exported('first.jsonl', [first, ...audited.lines.slice(1)]),
      '--json',
    );
    expect([ran.exit, told(ran)['problem']]).toEqual([1, { seq: 0, why: 'it is not JSON' }]);
    const later = Buffer.from(audited.lines[20] as Buffer);
    later[0] = 0x5b;
    const cut = await audited.run(
      audited.exported('first.jsonl', [later, ...audited.lines.slice(21)]),
      '--json',
    );
    expect([cut.exit, told(cut)['problem']]).toEqual([1, { seq: 20, why: 'it is not JSON' }]);
  });

  it('is named for a line that never ends', async () => {
    const file = audited.exported('endless.jsonl', audited.lines.slice(0, 5));
    writeFileSync(file, 'x'.repeat(10_000_000), { flag: 'a' });
    const ran = await audited.run(file, '--json');
    expect([ran.exit, told(ran)['problem']]).toEqual([1, { seq: 5, why: 'it is longer than 65535 bytes' }]);
  });

  it('has what it says shown on one line, with nothing in it unseen', async () => {
    const log = parse(audited.lines);
    const at = find(log, null, 'requester.cleared');
    (log[at]?.['data'] as { requester: string }).requester = 'bot\n\u202eall is well';
    const { exit, out } = await audited.run(audited.exported('unseen.jsonl', rechain(log)));
    expect(exit).toBe(1);
    expect(out.split('\n')[0]).toMatch(
      /entry 61: bot⟦LF⟧⟦U\+202E⟧all is well is cleared and was not frozen$/,
    );
  });
});

describe('an input that is no log', () => {
  it.each<[string, () => string]>([
    ['a file that is not there', () => audited.path('nowhere.db')],
    ['a directory', () => audited.path('.')],
    ['an empty file', () => audited.exported('empty.jsonl', [])],
    ['a text', () => audited.exported('text.jsonl', [Buffer.from('# Keyturn')])],
    [
      'JSON lines of something else',
      () => audited.exported('other.jsonl', [Buffer.from('{"a":1}'), Buffer.from('{"a":2}')]),
    ],
    ['a picture', () => audited.exported('picture.png', [Buffer.alloc(200_000, 0x89)])],
  ])('is unusable, which is neither sound nor tampered: %s', async (_what, file) => {
    const ran = await audited.run(file(), '--json');
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
    const file = sql === '' ? audited.copy() : audited.path('other.db');
    if (sql === '') {
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
    expect(told(await audited.run(file, '--json'))).toMatchObject({ exit: 2, problem: { seq: null } });
  });

  it('says so on standard error', async () => {
    const { exit, out, err } = await audited.run(audited.path('nowhere.db'));
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
    const text = audited.lines.map((bytes) => `${bytes.toString('utf8')}\n`).join('');
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
  const file = audited.copy();
  chmodSync(file, 0o400);
  const before = readFileSync(file);
  expect((await audited.run(file)).exit).toBe(3);
  expect(readFileSync(file).equals(before)).toBe(true);
});
