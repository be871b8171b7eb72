import type { Instant } from './request.ts';

/** `prefix_` and a UUIDv7 (RFC 9562, section 5.7) as 32 hex digits: sorts by time, guessed by nobody. */
export function newId(
  prefix: 'req' | 'evt' | 'dig',
  at: Instant,
  random: { readonly bytes: (count: number) => Uint8Array },
): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(at, 0, 6);
  bytes.set(random.bytes(10), 6);
  bytes.writeUInt8(0x70 | (bytes.readUInt8(6) & 0x0f), 6);
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8);
  return `${prefix}_${bytes.toString('hex')}`;
}
