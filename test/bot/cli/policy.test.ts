import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { policyCommand } from '../../../bot/cli/policy.ts';
import { changed, SOUND } from '../policy-file/sound-policy.ts';
import { run } from './run-command.ts';

describe('keyturn policy check', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyturn-check-'));
    file = join(folder, 'keyturn.yaml');
  });
  afterEach(() => {
    delete process.env['KEYTURN_CONFIG'];
    rmSync(folder, { recursive: true });
  });

  it('sums up a sound file, with every rule that replaces the default', async () => {
    writeFileSync(file, SOUND);
    const { out, exitCode } = await run(policyCommand(), 'check', '--config', file);
    expect(exitCode).toBe(0);
    expect(out).toBe(`${file} is sound.
  people   3
  groups   3
  clients  1
  plans    2
  rules    3, then require one-key

Replaces the default: prod-db-export
Runs without review: read-only

${file}:33: default: warning: nobody could approve what deploy-agent asks for bob: excluded are alice, bob, and it needs 1 of dba (alice, bob)
${file}:37: rules[0]: warning: nobody could approve what deploy-agent asks for bob: excluded are alice, bob, and it needs 1 of dba (alice, bob), 1 of security (carol)
${file}:42: rules[0].replaces_default: warning: what plan one-key asks for is not asked here
${file}:48: rules[2].match: warning: can never match: the lists of deploy-agent allow nothing of what it matches
4 warnings
`);
  });

  it('says when nothing replaces the default', async () => {
    writeFileSync(file, changed(['    replaces_default: true\n', '']));
    expect((await run(policyCommand(), 'check', '--config', file)).out).toContain(
      'No rule replaces the default.',
    );
  });

  it('says which rules open what the default denies', async () => {
    writeFileSync(
      file,
      changed(['effect: require\n  plan: one-key', 'effect: deny'], ['    replaces_default: true\n', '']),
    );
    const { out } = await run(policyCommand(), 'check', '--config', file);
    expect(out).toContain('Asks for review where the default would deny: prod-db-export');
  });

  it('prints every problem with its line, and exits with 78', async () => {
    writeFileSync(file, changed(['auditors: [carol]', 'auditors: [dave]\nunknown: 1']));
    const { out, exitCode } = await run(policyCommand(), 'check', '--config', file);
    expect(exitCode).toBe(78);
    expect(out).toBe(
      [
        `${file}:11: auditors[0]: there is no person "dave"`,
        `${file}:12: unknown: is not a key that can stand here`,
        '2 problems',
        '',
      ].join('\n'),
    );
  });

  it('keeps each problem on one line, whatever the file holds', async () => {
    writeFileSync(file, `${SOUND}"a\\u001b[2Jb\\nc": 1\n`);
    const { out } = await run(policyCommand(), 'check', '--config', file);
    expect(out.split('\n')).toHaveLength(3);
    expect(out).not.toContain('\u001b');
  });

  it('reads the file that KEYTURN_CONFIG names when none is given', async () => {
    writeFileSync(file, SOUND);
    process.env['KEYTURN_CONFIG'] = file;
    expect((await run(policyCommand(), 'check')).out).toContain(`${file} is sound.`);
  });

  it('exits with 78 when the file is not there, or is not UTF-8', async () => {
    expect(await run(policyCommand(), 'check', '--config', file)).toMatchObject({
      exitCode: 78,
      out: expect.stringContaining('cannot be read'),
    });
    writeFileSync(file, Buffer.concat([Buffer.from(SOUND), Buffer.from([0xff, 0xfe])]));
    expect(await run(policyCommand(), 'check', '--config', file)).toMatchObject({
      exitCode: 78,
      out: expect.stringContaining('cannot be read'),
    });
  });
});
