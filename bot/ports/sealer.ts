/**
 * Hides a secret that has to outlive a restart. `about` names what it belongs to: sealed for one thing, it
 * MUST NOT open for another. Without the key directory, a copy of the database gives none of it away.
 */
export interface Sealer {
  seal(text: string, about: string): Uint8Array;
  /** Null where it was sealed by another key or for something else, or was changed. */
  open(sealed: Uint8Array, about: string): string | null;
}
