import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { verifyDsse } from '../../../store/keys/dsse.ts';
import { openGrantSigner } from '../../../store/keys/grant-key.ts';

const GRANT = {
  request: 'req_1',
  action_digest: `sha256:${'a'.repeat(64)}`,
  nonce: 'n',
  expires_at: '2026-11-22T10:00:00.000Z',
  audience: 'agent',
} as const;

function keyDir(): string {
  const parent = mkdtempSync(join(tmpdir(), 'keyturn-keys-'));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  return join(parent, 'keys');
}

/** A key directory whose `grant.pem` is this. */
function withKey(pem: string, mode = 0o600): string {
  const dir = keyDir();
  mkdirSync(dir, { mode: 0o700 });
  writeFileSync(join(dir, 'grant.pem'), pem, { mode });
  chmodSync(join(dir, 'grant.pem'), mode);
  return dir;
}

const pemOf = ({ privateKey }: { privateKey: import('node:crypto').KeyObject }) =>
  String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
const unusable = (about: string) =>
  expect.objectContaining({ code: 'KEY_UNUSABLE', message: expect.stringContaining(about) });

it('makes a key at the first start, for its owner alone, and a public one for everybody', () => {
  const dir = keyDir();
  openGrantSigner(dir);
  const modeOf = (path: string) => statSync(path).mode & 0o777;
  expect(modeOf(dir)).toBe(0o700);
  expect(modeOf(join(dir, 'grant.pem'))).toBe(0o600);
  expect(createPublicKey(readFileSync(join(dir, 'grant.pub'))).asymmetricKeyDetails?.namedCurve).toBe(
    'prime256v1',
  );
});

it('signs with the same key after a restart, as the public key says', () => {
  const dir = keyDir();
  const signed = [openGrantSigner(dir).sign(GRANT), openGrantSigner(dir).sign(GRANT)];
  const key = createPublicKey(readFileSync(join(dir, 'grant.pub')));
  for (const { payloadType, payload, signatures } of signed) {
    expect(verifyDsse(key, payloadType, Buffer.from(payload, 'base64'), signatures[0].sig)).toBe(true);
    expect(JSON.parse(Buffer.from(payload, 'base64').toString())).toEqual(GRANT);
  }
  expect(signed[0]?.signatures[0].keyid).toBe(signed[1]?.signatures[0].keyid);
});

it('goes over half a key that a crash left', () => {
  const dir = keyDir();
  mkdirSync(dir, { mode: 0o700 });
  writeFileSync(join(dir, 'grant.pem.new'), '-----BEGIN PRIV', { mode: 0o600 });
  expect(openGrantSigner(dir).sign(GRANT).signatures).toHaveLength(1);
});

it.each([0o640, 0o604, 0o660, 0o644, 0o620])('refuses a key that others can reach (mode %o)', (mode) => {
  const dir = withKey(pemOf(generateKeyPairSync('ec', { namedCurve: 'prime256v1' })), mode);
  expect(() => openGrantSigner(dir)).toThrow(unusable('can be read by others'));
});

it.each([
  [
    'of another curve',
    () => pemOf(generateKeyPairSync('ec', { namedCurve: 'secp384r1' })),
    'is not a P-256 key',
  ],
  ['for Ed25519', () => pemOf(generateKeyPairSync('ed25519')), 'is not a P-256 key'],
  ['for RSA', () => pemOf(generateKeyPairSync('rsa', { modulusLength: 2048 })), 'is not a P-256 key'],
  ['that is public', () => readFileSync(join(withPublic(), 'grant.pub'), 'utf8'), 'holds no private key'],
  ['that is no key', () => 'a letter to my aunt', 'holds no private key'],
  ['that is empty', () => '', 'holds no private key'],
])('refuses a key %s, and does not replace it', (_what, pem, about) => {
  const text = pem();
  const dir = withKey(text);
  expect(() => openGrantSigner(dir)).toThrow(unusable(about));
  expect(readFileSync(join(dir, 'grant.pem'), 'utf8')).toBe(text);
});

it('refuses a key that it cannot read, and makes none beside it', () => {
  const dir = keyDir();
  mkdirSync(join(dir, 'grant.pem'), { recursive: true });
  expect(() => openGrantSigner(dir)).toThrow(unusable('cannot be read'));
});

function withPublic(): string {
  const dir = keyDir();
  openGrantSigner(dir);
  return dir;
}
