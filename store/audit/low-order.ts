const P = 2n ** 255n - 19n;

/**
 * The y of the eight points of low order: neutral, order 2, order 4, and the four of order 8, which share
 * two. Keys whose y is not below P are refused as well: another spelling of a small y.
 */
const LOW = new Set([
  0n,
  1n,
  P - 1n,
  0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n,
  0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n,
]);

/** For a point as RFC 8032 encodes it: 32 bytes, y little-endian, the top bit is the sign of x. */
export function isLowOrder(point: Uint8Array): boolean {
  const big = Buffer.from(point).reverse();
  big.writeUInt8(big.readUInt8(0) & 0x7f, 0);
  const y = BigInt(`0x${big.toString('hex')}`);
  return y >= P || LOW.has(y);
}
