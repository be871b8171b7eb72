import { createHash, type KeyObject, sign, verify } from 'node:crypto';

/** What DSSE signs: lengths and bytes, so that type and body cannot run into each other (DSSE v1, PAE). */
export function preAuthEncoding(payloadType: string, body: Uint8Array): Uint8Array {
  const head = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${body.length} `;
  return Buffer.concat([Buffer.from(head, 'utf8'), body]);
}

/** ECDSA P-256 over SHA-256, DER encoded, base64. */
export function signDsse(key: KeyObject, payloadType: string, body: Uint8Array): string {
  return sign('sha256', preAuthEncoding(payloadType, body), key).toString('base64');
}

export function verifyDsse(
  publicKey: KeyObject,
  payloadType: string,
  body: Uint8Array,
  signature: string,
): boolean {
  return verify('sha256', preAuthEncoding(payloadType, body), publicKey, Buffer.from(signature, 'base64'));
}

/** SHA-256 over the key's SubjectPublicKeyInfo, hex. */
export function keyId(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}
