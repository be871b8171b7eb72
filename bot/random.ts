import { randomFillSync } from 'node:crypto';
import type { Random } from './ports/random.ts';

const POOL_BYTES = 16 * 1024;

/** The system's random numbers, fetched a page at a time. No byte is given out twice, and none is kept. */
export function systemRandom(): Random {
  const pool = Buffer.alloc(POOL_BYTES);
  let used = POOL_BYTES;
  return {
    bytes(count) {
      if (count > POOL_BYTES) return randomFillSync(Buffer.alloc(count));
      if (used + count > POOL_BYTES) {
        randomFillSync(pool);
        used = 0;
      }
      const taken = Buffer.from(pool.subarray(used, used + count));
      pool.fill(0, used, used + count);
      used += count;
      return taken;
    },
  };
}
