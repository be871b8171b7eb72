/** What is signed of a log: how many entries it has under which origin, and their root. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

/**
 * Signs checkpoints. It MUST NOT be asked for one that is at odds with an earlier one of the same
 * origin: whoever holds both can show that to anybody.
 */
export interface Notary {
  /** The key under that origin, as people pass it on to verify with. */
  keyFor(origin: string): string;
  /** A signed note (c2sp.org/signed-note). */
  sign(checkpoint: Checkpoint): string;
}
