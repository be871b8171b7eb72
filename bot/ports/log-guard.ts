/**
 * Whether this log may go on. What stands outside the data directory can show that it is an older
 * copy of itself; then nothing is signed and nothing is released before an operator has looked.
 */
export interface LogGuard {
  /** Why nothing may be signed or released, or null. */
  why(): string | null;
  /** What an operator should know and what stops nothing. No path and no name in it. */
  warnings(): readonly string[];
}
