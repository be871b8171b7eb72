/**
 * A place outside the data directory that checkpoints are shown to, so that a log that is cut or put
 * back can be told from the real one.
 */
export interface Anchor {
  /** Unlike every other anchor's, and the same after a restart: `file-1`, `webhook-2`. */
  readonly id: string;
  /** Where it is, for people: a path, or the name of the variable that holds its address. No secret. */
  readonly where: string;
  /** Whether older checkpoints are worth bringing there after a newer one. */
  readonly keepsAll: boolean;
  /** MUST be harmless when it is repeated, MUST NOT run on after `signal` is aborted. Rejects when it is not known to have arrived. */
  publish(text: string, signal: AbortSignal): Promise<void>;
  /**
   * The lines it holds; null for a place that nobody can read back. Rejects when it cannot be reached.
   * A place that was never written to has none.
   */
  readonly lines: (() => AsyncIterable<string>) | null;
}
