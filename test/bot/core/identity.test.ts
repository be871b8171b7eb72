import { describe, expect, it } from 'vitest';
import { readAccount, resolveAccount } from '../../../bot/core/identity.ts';
import type { PersonId } from '../../../bot/core/request.ts';

const [BOB, DORA] = ['psn_bob', 'psn_dora'] as PersonId[];
const UUID = '11111111-2222-3333-4444-555555555555';

describe('an account', () => {
  it.each([
    'slack:T01/U01',
    'slack:E0A1/W9',
    `teams:${UUID}/${UUID}`,
    'github:github.com/583231',
    'github:ghe.example:8443/1',
  ])('is read: %s', (text) => {
    expect(readAccount(text)).toBe(text);
  });

  it.each([
    ['a name', 'slack:bob'],
    ['an e-mail address', 'slack:bob@example.com'],
    ['a GitHub login, which can be renamed and taken by somebody else', 'github:github.com/bob'],
    ['a user without its team', 'slack:U01'],
    ['a team by another alphabet', 'slack:Т01/U01'],
    ['a tenant in capital letters', `teams:${UUID.toUpperCase().replace('1', 'A')}/${UUID}`],
    ['a provider that is none', 'email:bob@example.com'],
    ['what every object has', 'constructor:x'],
    ['another line behind it', 'slack:T01/U01\nslack:T01/U02'],
    ['spaces', ' slack:T01/U01'],
    ['nothing', ''],
  ])('row 5: is not %s', (_what, text) => {
    expect(readAccount(text)).toBeNull();
  });
});

describe('whose account it is', () => {
  it('is the person that all say', () => {
    expect(resolveAccount([BOB, null, undefined, BOB])).toEqual({ ok: true, person: BOB });
  });

  it('row 5: is nobody where nobody says so', () => {
    expect(resolveAccount([null, undefined])).toMatchObject({ ok: false, code: 'UNKNOWN_ACCOUNT' });
  });

  it('row 3: is nobody where two are said: whoever acted as both could give two votes', () => {
    expect(resolveAccount([BOB, DORA])).toMatchObject({ ok: false, code: 'UNKNOWN_ACCOUNT' });
  });
});
