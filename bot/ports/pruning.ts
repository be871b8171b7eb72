import type { Digest } from '../core/digest.ts';
import type { Instant, PersonId } from '../core/request.ts';

export interface Link {
  readonly person: PersonId;
  readonly accounts: number;
  readonly key: string;
}

export interface StoredPast {
  /** The oldest entry that belongs to the log here: 0 until something was pruned. */
  firstSeq(): number;
  /**
   * The entry up to which everything may go: all before it are older than `cutoff`, no open request
   * and no freeze in force began before it, and their hashes are kept. `firstSeq` where nothing may.
   */
  pruneBoundary(cutoff: Instant): number;
  /** The people whose keys only entries before this one tell of. */
  linksBefore(seq: number): readonly Link[];
}

export interface Pruning {
  /** From here on entries below `before` are no part of the log here. They MUST be in the archive. */
  setPruned(before: number, archive: Digest): void;
  /** Deletes at most so many of them, and returns how many. */
  dropPruned(most: number): number;
}
