import type { Instant } from '../core/request.ts';

/** How long the log was at one moment and what it held, signed. */
export interface SignedCheckpoint {
  /** Entries that it covers: 0 to `size` - 1. */
  readonly size: number;
  readonly root: Uint8Array;
  /** The signed note (c2sp.org/tlog-checkpoint). */
  readonly note: string;
  readonly at: Instant;
}

/** The Merkle tree over the log (RFC 6962). What it answers MUST be about entries that are in the log already. */
export interface Tree {
  /** `<log name>/<epoch>`, as the next entry will carry it. */
  origin(): string;
  /** Root over the first `size` entries. */
  root(size: number): Uint8Array;
  /** What shows that entry `seq` is among those of the checkpoint, as text (c2sp.org/tlog-proof). */
  tlogProof(seq: number, checkpoint: SignedCheckpoint): string;
  /** Leaf hashes of at most 256 entries from `seq` on, 32 bytes each and nothing between. They outlive the entries. */
  leaves(seq: number): Uint8Array;
}

export interface Checkpoints {
  readonly tree: Tree;
  newestCheckpoint(): SignedCheckpoint | null;
  /** In order of size, those that cover more than `above` entries. */
  checkpoints(above: number, most: number): readonly SignedCheckpoint[];
  /** Verifier keys in the order in which the log named them; the last one is in force. */
  checkpointKeys(): readonly string[];
  /** Whether an entry from `seq` on is of another type than these. */
  hasOthersSince(seq: number, types: readonly string[]): boolean;
}

export interface CheckpointKeeping {
  /** MUST be in the transaction that appended the entries it covers. */
  keepCheckpoint(checkpoint: SignedCheckpoint): void;
  /** With the entry `since`, which names it. */
  keepCheckpointKey(since: number, key: string): void;
}
