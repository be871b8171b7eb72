import { createPublicKey } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { verifyDsse } from '../../../store/keys/dsse.ts';
import { GRANT_TYPE, openGrantSigner } from '../../../store/keys/grant-key.ts';

const GRANT = {
  request: 'req_1',
  action_digest: `sha256:${'a'.repeat(64)}`,
  nonce: 'n',
  expires_at: '2026-11-22T10:00:00.000Z',
  audience: 'agent',
} as const;

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-keys-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

it('signs a grant that anybody can check with the public key it leaves beside', () => {
  const folder = aFolder();
  const envelope = openGrantSigner(folder).sign(GRANT);
  const publicKey = createPublicKey(readFileSync(join(folder, 'grant.pub')));
  const body = Buffer.from(envelope.payload, 'base64');
  const [{ sig }] = envelope.signatures;
  expect(JSON.parse(body.toString())).toEqual(GRANT);
  expect(verifyDsse(publicKey, GRANT_TYPE, body, sig)).toBe(true);
  expect(verifyDsse(publicKey, 'another/type', body, sig)).toBe(false);
  expect(verifyDsse(publicKey, GRANT_TYPE, Buffer.concat([body, Buffer.from(' ')]), sig)).toBe(false);
});

it('keeps its key over a restart, for its owner only', () => {
  const folder = aFolder();
  const first = openGrantSigner(folder).sign(GRANT).signatures[0].keyid;
  expect(openGrantSigner(folder).sign(GRANT).signatures[0].keyid).toBe(first);
  expect(statSync(join(folder, 'grant.pem')).mode & 0o777).toBe(0o600);
});

it('refuses a key that others can read', () => {
  const folder = aFolder();
  openGrantSigner(folder);
  chmodSync(join(folder, 'grant.pem'), 0o644);
  expect(() => openGrantSigner(folder)).toThrow(expect.objectContaining({ code: 'KEY_UNUSABLE' }));
});

it('refuses a key file that holds no P-256 key', () => {
  const folder = aFolder();
  writeFileSync(join(folder, 'grant.pem'), 'not a key', { mode: 0o600 });
  expect(() => openGrantSigner(folder)).toThrow(expect.objectContaining({ code: 'KEY_UNUSABLE' }));
});
