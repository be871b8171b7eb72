import type { Anchor } from '../../bot/ports/anchor.ts';
import type { Checkpoints } from '../../bot/ports/checkpoints.ts';
import { parseCheckpoint } from '../audit/checkpoint.ts';
import { createNoteFinder, type FoundNote } from '../audit/find-notes.ts';
import { openNote } from '../audit/note.ts';
import { parseOrigin } from '../audit/origin.ts';
import { readVerifierKey, renameKey, type VerifierKey } from '../audit/verifier-key.ts';

/** What of a log the check reads. */
export type CheckedLog = Pick<Checkpoints, 'tree' | 'checkpointKeys' | 'newestCheckpoint'> & {
  lastSeq(): number;
};

export interface AnchorsChecked {
  /** Why nothing may be signed or released, or null. */
  readonly ahead: string | null;
  /** Whether one of them holds a checkpoint of ours that is in this log, and this log signed none after it. */
  readonly agreed: boolean;
  /** Ids of the anchors that could not be read, though they should hold something. */
  readonly unread: readonly string[];
}

/** Of what an anchor holds that is not ahead of the log, only so many of the last are compared. */
const MOST_COMPARED = 200;

/**
 * Holds the log against what stands outside its data directory. A checkpoint there that is ours, and
 * ahead of the log or at odds with it, says that this is an older copy of the log, or another one.
 * `ownKey` is the verifier key at hand; the log names the ones before it.
 */
export async function checkAnchors(
  anchors: readonly Anchor[],
  log: CheckedLog,
  ownKey: string,
): Promise<AnchorsChecked> {
  const keys = [...new Set([...log.checkpointKeys(), ownKey])].flatMap((text) => {
    const read = readVerifierKey(text);
    return 'key' in read ? [read.key] : [];
  });
  const unread: string[] = [];
  let agreed = false;
  for (const anchor of anchors) {
    if (anchor.lines === null) continue;
    const compared = compareWith(log, keys);
    try {
      for await (const line of anchor.lines()) compared.line(line);
    } catch {
      unread.push(anchor.id);
      continue;
    }
    const { why, found, matched } = compared.end();
    if (why !== null) return { ahead: why, agreed: false, unread };
    // It was shown checkpoints before, or should have been.
    const newest = log.newestCheckpoint();
    if (found === 0 && newest !== null) unread.push(anchor.id);
    if (newest !== null && matched >= newest.size) agreed = true;
  }
  return { ahead: null, agreed, unread };
}

function compareWith(log: CheckedLog, keys: readonly VerifierKey[]) {
  const here = parseOrigin(log.tree.origin());
  const length = log.lastSeq() + 1;
  let why: string | null = null;
  let found = 0;
  let matched = 0;
  const behind: FoundNote[] = [];

  const take = (one: FoundNote) => {
    const origin = parseOrigin(one.origin);
    // Earlier epochs ended with an operator's word, which is in the log.
    if (why !== null || origin === null || origin.log !== here?.log || origin.epoch < here.epoch) return;
    found += 1;
    if (origin.epoch === here.epoch && one.size <= length) {
      behind.push(one);
      if (behind.length > MOST_COMPARED) behind.shift();
    } else if (opened(one, keys) !== null) {
      const other = origin.epoch > here.epoch ? ` of epoch ${origin.epoch}` : '';
      why = `an anchor holds a checkpoint${other} of ${one.size} entries, and this log has ${length} in epoch ${here.epoch}: it is an older copy`;
    }
  };
  const finder = createNoteFinder({ note: take });
  return {
    line: finder.line,
    end() {
      finder.end();
      for (const one of why === null ? behind : []) {
        const root = opened(one, keys);
        if (root === null) continue;
        if (Buffer.compare(root, log.tree.root(one.size)) !== 0) {
          why = `an anchor holds another checkpoint of ${one.size} entries than this log: they are two logs`;
          break;
        }
        matched = Math.max(matched, one.size);
      }
      return { why, found, matched };
    },
  };
}

/** The root that one of our keys signed, or null for what anybody could have written there. */
function opened({ origin, note }: FoundNote, keys: readonly VerifierKey[]): Uint8Array | null {
  const named = keys.map((key) => renameKey(key, origin));
  const read = openNote(Buffer.from(note, 'utf8'), named);
  if ('why' in read) return null;
  const checkpoint = parseCheckpoint(read.text);
  return 'why' in checkpoint ? null : checkpoint.root;
}
