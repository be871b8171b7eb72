import type { Words } from './words.ts';

/** One line of the story under a card. */
export interface ThreadLine {
  readonly words: Words;
  /** Groups of the policy that this line calls on; a face mentions them where it can, once. */
  readonly mentions: readonly string[];
  /** The last lines of output: literal text for a monospaced block, or null. */
  readonly output: string | null;
}
