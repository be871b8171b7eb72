import type { NoteClaim } from './claims.ts';
import { openNote } from './note.ts';
import { parseOrigin } from './origin.ts';
import type { LoggedEntry } from './replay-shape.ts';
import { isSameKey, readVerifierKey, renameKey, type VerifierKey } from './verifier-key.ts';

/** A key that the log names, and from which entry on it signs. */
interface Reign {
  readonly since: number;
  readonly key: VerifierKey;
  /** The one before it signed the change too. A lost key cannot, and then a new epoch says so. */
  readonly isRotation: boolean;
}

/** Whose signatures count: the key that a person gave, and those that the log ties to it. */
export interface Trust {
  take(entry: LoggedEntry): void;
  /** Whether the given key alone, without any word of the log, opens one of these. */
  opensAny(claims: readonly NoteClaim[]): boolean;
  /** Null when the note is signed by a key that counts; else why it is not. */
  problem(claim: NoteClaim, all: readonly NoteClaim[]): string | null;
}

/**
 * A newer key counts for who trusts an older one if a checkpoint that covers the change is signed by
 * both. An older key counts for who trusts a newer one because the log that the newer one signed
 * names it. A key under the name of another epoch is the same key.
 */
export function createTrust(given: VerifierKey): Trust {
  const reigns: Reign[] = [];

  const keysFor = (all: readonly NoteClaim[]): readonly VerifierKey[] => {
    const own = reigns.findIndex(({ key }) => isSameKey(key, given));
    if (own === -1) return [given];
    const keys = reigns.slice(0, own + 1).map(({ key }) => key);
    for (const [index, next] of reigns.entries()) {
      const before = reigns[index - 1]?.key;
      if (index <= own || before === undefined) continue;
      const isPassedOn = next.isRotation && all.some((claim) => isByBoth(claim, before, next));
      if (!isPassedOn && !isSameKey(before, next.key)) break;
      keys.push(next.key);
    }
    return keys;
  };

  return {
    take(entry) {
      if (entry.type !== 'log.key_rotated' && entry.type !== 'log.epoch_opened') return;
      const isRotation = entry.type === 'log.key_rotated';
      const read = readVerifierKey(entry.type === 'log.key_rotated' ? entry.data.next : entry.data.key);
      if ('key' in read) reigns.push({ since: entry.seq, key: read.key, isRotation });
    },
    opensAny: (claims) => claims.some((claim) => 'text' in openWith(claim, [given])),
    problem(claim, all) {
      const opened = openWith(claim, keysFor(all));
      return 'why' in opened ? `${claim.name}: ${opened.why}` : null;
    },
  };
}

function isByBoth(claim: NoteClaim, before: VerifierKey, next: Reign): boolean {
  const opened = openWith(claim, [before, next.key]);
  return claim.size > next.since && 'signedBy' in opened && opened.signedBy.length === 2;
}

/** Keys sign under the origin's name, whatever its epoch; another log's name is another log's. */
function openWith(claim: NoteClaim, keys: readonly VerifierKey[]) {
  const named = keys.map((key) => {
    const isOfLog = parseOrigin(key.name)?.log === parseOrigin(claim.origin)?.log;
    return isOfLog ? renameKey(key, claim.origin) : key;
  });
  return openNote(claim.note, named);
}
