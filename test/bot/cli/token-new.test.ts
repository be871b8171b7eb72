import { describe, expect, it } from 'vitest';
import { tokenCommand } from '../../../bot/cli/token-new.ts';
import { sha256Hex } from '../../../bot/core/digest.ts';
import { run } from './run-command.ts';

describe('keyturn token new', () => {
  it.each([
    ['person', 'ktp_', 'api_token_sha256'],
    ['client', 'ktc_', 'token_sha256'],
    ['worker', 'ktw_', 'token_sha256'],
  ])('prints a token for a %s and the hash for the config', async (holder, prefix, key) => {
    const { out, exitCode } = await run(tokenCommand(), 'new', holder);
    expect(exitCode).toBe(0);
    const [, token = '', hash] =
      new RegExp(`^token: (${prefix}[A-Za-z0-9_-]{43})\n${key}: ([0-9a-f]{64})\n$`).exec(out) ?? [];
    expect(hash).toBe(sha256Hex(token));
  });

  it('prints another one each time', async () => {
    const tokens = await Promise.all(
      [1, 2, 3].map(async () => (await run(tokenCommand(), 'new', 'client')).out),
    );
    expect(new Set(tokens).size).toBe(3);
  });

  it.each([[['new']], [['new', 'robot']], [['new', 'person', 'twice']], [['old']]])(
    'exits with 78 and prints no token for %j',
    async (args) => {
      expect(await run(tokenCommand(), ...args)).toMatchObject({ exitCode: 78, out: '' });
    },
  );
});
