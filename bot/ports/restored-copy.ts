/** Whether this log runs on a copy that was put back, which does not know what was released after it was made. */
export interface RestoredCopy {
  /** The newest entry of the copy when it was made, until something says that the copy may go on; else null. */
  restoredFrom(): number | null;
}

export interface ClearingRestored {
  /** MUST be called in the transaction that says in the log why the copy may go on. */
  clearRestored(): void;
}
