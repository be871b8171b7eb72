import type { Answer } from '../commands/answer.ts';
import type { Account } from '../core/identity.ts';
import type { Random } from '../ports/random.ts';

/** For all together, each at most as large as `audit export` makes one. */
const MOST_BYTES = 64 * 1024 * 1024;
const LASTS_MS = 5 * 60_000;

export type FileToOffer = Extract<Answer, { readonly kind: 'file' }>;

/**
 * Files that wait for a yes: Teams gives an address for one only after its reader has agreed to it. They
 * are in memory alone, so after a restart it is asked for anew.
 */
export interface Offers {
  /** Takes the place of an older one for the same person. Null: too much waits already. */
  make(account: Account, file: FileToOffer): string | null;
  /** Once, and for the one it was made for. Null for whatever is not, or not any more. */
  take(id: string, account: Account): FileToOffer | null;
}

interface Waiting {
  readonly account: Account;
  readonly file: FileToOffer;
  readonly until: number;
}

export function createOffers(random: () => Random, now: () => number): Offers {
  const waiting = new Map<string, Waiting>();
  const dropWhere = (isOver: (one: Waiting) => boolean) => {
    for (const [id, one] of waiting) if (isOver(one)) waiting.delete(id);
  };
  return {
    make(account, file) {
      dropWhere((one) => one.account === account || one.until <= now());
      const held = [...waiting.values()].reduce((sum, one) => sum + one.file.bytes.byteLength, 0);
      if (held + file.bytes.byteLength > MOST_BYTES) return null;
      const id = Buffer.from(random().bytes(16)).toString('hex');
      waiting.set(id, { account, file, until: now() + LASTS_MS });
      // The memory is given back also where nobody asks again.
      setTimeout(() => waiting.delete(id), LASTS_MS).unref();
      return id;
    },
    take(id, account) {
      const found = waiting.get(id);
      if (found === undefined || found.account !== account) return null;
      waiting.delete(id);
      return found.until > now() ? found.file : null;
    },
  };
}
