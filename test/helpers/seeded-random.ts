import { createHash } from 'node:crypto';
import type { Random } from '../../bot/ports/random.ts';

/** The same bytes in the same order for the same seed. */
export function seededRandom(seed: string | number): Random {
  let count = 0;
  return {
    bytes(wanted) {
      const parts: Buffer[] = [];
      for (let have = 0; have < wanted; have += 32) {
        parts.push(createHash('sha256').update(`${seed} ${count}`).digest());
        count += 1;
      }
      return Buffer.concat(parts).subarray(0, wanted);
    },
  };
}
