import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { initCommand } from '../../../bot/cli/init.ts';
import { sha256Hex } from '../../../bot/core/digest.ts';
import { readPolicyFile } from '../../../bot/policy-file/read.ts';
import { run } from './run-command.ts';

describe('keyturn init', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyturn-init-'));
    file = join(folder, 'keyturn.yaml');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('writes a file that loads as it is', async () => {
    const { exitCode, out } = await run(initCommand(), '--config', file);
    expect(exitCode).toBe(0);
    expect(out).toContain(`Wrote ${file}`);
    expect(readPolicyFile(readFileSync(file, 'utf8'))).toMatchObject({ ok: true });
  });

  it('row 26: prints each token once and writes only its hash', async () => {
    const { out } = await run(initCommand(), '--config', file);
    const text = readFileSync(file, 'utf8');
    const tokens = out.match(/kt[pc]_[A-Za-z0-9_-]{43}/g) ?? [];
    expect(tokens).toHaveLength(3);
    expect(new Set(tokens).size).toBe(3);
    expect(text).not.toMatch(/kt[pc]_/);
    for (const token of tokens) expect(text).toContain(`sha256: ${sha256Hex(token)}`);
  });

  it('makes other tokens each time', async () => {
    const first = await run(initCommand(), '--config', file);
    const second = await run(initCommand(), '--config', join(folder, 'other.yaml'));
    expect(second.out.match(/kt[pc]_\S+/g)).not.toEqual(first.out.match(/kt[pc]_\S+/g));
  });

  it('never writes over a file, and prints no token then', async () => {
    writeFileSync(file, 'mine');
    const { exitCode, out, err } = await run(initCommand(), '--config', file);
    expect({ exitCode, out }).toEqual({ exitCode: 78, out: '' });
    expect(err).toContain('is there already');
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  it('never writes through a link', async () => {
    symlinkSync(join(folder, 'elsewhere'), file);
    expect((await run(initCommand(), '--config', file)).exitCode).toBe(78);
  });

  it('says why when the folder is not there', async () => {
    const { exitCode, err } = await run(initCommand(), '--config', join(folder, 'no', 'keyturn.yaml'));
    expect(exitCode).toBe(78);
    expect(err).toContain('cannot be written');
  });

  it('exits with 78 on an option that it does not know', async () => {
    expect((await run(initCommand(), '--force')).exitCode).toBe(78);
  });
});
