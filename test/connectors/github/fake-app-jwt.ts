import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';

export const APP_ID = '4711';
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const PRIVATE_KEY = String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
const PUBLIC_KEY = createPublicKey(pair.privateKey);

/** What GitHub would hold against an App's JWT at this time, or null. */
export function wrongWithJwt(jwt: string, nowMs: number): string | null {
  const [head = '', claims = '', signature = ''] = jwt.split('.');
  const signed = Buffer.from(`${head}.${claims}`);
  if (!verify('sha256', signed, PUBLIC_KEY, Buffer.from(signature, 'base64url'))) return 'a JWT of nobody';
  const { iat, exp, iss } = JSON.parse(Buffer.from(claims, 'base64url').toString());
  const now = Math.floor(nowMs / 1000);
  if (JSON.parse(Buffer.from(head, 'base64url').toString()).alg !== 'RS256') return 'another algorithm';
  if (iss !== APP_ID || iat > now || exp <= now || exp - now > 600) return 'a JWT of another time or App';
  return null;
}
