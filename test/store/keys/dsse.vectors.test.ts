import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { preAuthEncoding } from '../../../store/keys/dsse.ts';
import { sharedDir, skipUnless } from '../../helpers/require.ts';

interface Vector {
  readonly payloadType: string;
  readonly body: string;
  readonly pae: string;
  readonly key: { readonly x: string; readonly y: string };
  readonly envelope: { readonly signatures: readonly { readonly sig: string }[] };
}

it('encodes what is signed as the DSSE protocol does, so that its own signature verifies over it', (context) => {
  const shared = sharedDir();
  skipUnless(context, 'shared', shared !== null);
  const file = join(shared ?? '', 'vectors/dsse/dsse-protocol-vector.json');
  const vector = JSON.parse(readFileSync(file, 'utf8')) as Vector;
  const encoded = preAuthEncoding(vector.payloadType, Buffer.from(vector.body));
  expect(Buffer.from(encoded).toString()).toBe(vector.pae);

  const coordinate = (decimal: string) =>
    Buffer.from(BigInt(decimal).toString(16).padStart(64, '0'), 'hex').toString('base64url');
  const { x, y } = vector.key;
  const jwk = { kty: 'EC', crv: 'P-256', x: coordinate(x), y: coordinate(y) };
  // The vector's signature is r and s side by side; ours are DER. What is signed is the same.
  const key = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' as const };
  const signature = Buffer.from(vector.envelope.signatures[0]?.sig ?? '', 'base64');
  expect(verify('sha256', encoded, key, signature)).toBe(true);
});
