import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { signDsse } from '../../../store/keys/dsse.ts';
import { GRANT_TYPE, openGrantSigner } from '../../../store/keys/grant-key.ts';
import { openGrantVerifier } from '../../../store/keys/grant-verifier.ts';

/** The bot's key, and envelopes that it has signed as the test says. */
function theBot() {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-keys-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  openGrantSigner(folder);
  const key = createPrivateKey(readFileSync(join(folder, 'grant.pem'), 'utf8'));
  const verify = openGrantVerifier(readFileSync(join(folder, 'grant.pub'), 'utf8'), 'grant.pub');
  const signed = (text: string, { as = GRANT_TYPE, named = GRANT_TYPE } = {}) => {
    const body = Buffer.from(text);
    return {
      payloadType: named,
      payload: body.toString('base64'),
      signatures: [{ sig: signDsse(key, as, body) }],
    };
  };
  return { verify, signed };
}

it('row 1: a grant is what the bot signed as one, and nothing else that it signed', () => {
  const { verify, signed } = theBot();
  const good = signed('{"request":"req_1"}');
  expect(verify(good)).toEqual({ request: 'req_1' });
  const [one] = good.signatures;
  expect(one).toBeDefined();
  for (const other of [
    signed('{"request":"req_1"}', { as: 'application/vnd.in-toto+json' }),
    signed('{"request":"req_1"}', { named: 'application/vnd.in-toto+json' }),
    signed('not json'),
    { ...good, payload: Buffer.from('{"request":"req_2"}').toString('base64') },
    { ...good, signatures: [] },
    { ...good, signatures: [...good.signatures, ...good.signatures] },
    { ...good, signatures: [{ sig: '' }] },
    { ...good, signatures: theBot().signed('{"request":"req_1"}').signatures },
  ])
    expect(verify(other)).toBeNull();
});

it('row 26: a worker takes no private key, no key of another kind, and nothing that is none', () => {
  const pem = { type: 'spki', format: 'pem' } as const;
  const p256 = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const others = [
    generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey.export(pem),
    generateKeyPairSync('ed25519').publicKey.export(pem),
    p256.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    '',
  ];
  for (const text of others)
    expect(() => openGrantVerifier(String(text), 'grant.pub')).toThrow(
      expect.objectContaining({ code: 'KEY_UNUSABLE' }),
    );
  expect(openGrantVerifier(String(p256.publicKey.export(pem)), 'grant.pub')).toBeTypeOf('function');
});
