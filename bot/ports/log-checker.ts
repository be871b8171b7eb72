/** What came of checking the whole log. */
export interface LogCheck {
  /** The log could not be read to its end, so nothing can be said about it. */
  readonly unusable: string | null;
  /** The first thing that is wrong, and what that means. */
  readonly problem: { readonly seq: number | null; readonly why: string; readonly means: string } | null;
  readonly entries: number;
  readonly requests: number;
  readonly lastSeq: number | null;
  /** Of that entry, in hex. */
  readonly lastHash: string | null;
  /** So many entries, from the first on, stand under a signed checkpoint. */
  readonly signed: number;
  /** So many are confirmed by anchors that could be read. */
  readonly confirmed: number;
}

/**
 * Checks the log as it is on disk: bytes, chain, tree, signatures, texts, tables, and every quorum from
 * the votes. Others MUST be able to work and to write meanwhile, and it MUST hold no more memory for a
 * long log than for a short one.
 */
export interface LogChecker {
  /** Null while a check is under way already. Never rejects. */
  check(): Promise<LogCheck> | null;
}
