/** Something an operator must fix. Refusals are values; faults are thrown. */
export type FaultCode =
  | 'CONFIG_INVALID'
  | 'STORE_TOO_NEW'
  | 'STORE_PRAGMA'
  | 'STORE_FULL'
  | 'STORE_BROKEN'
  | 'STORE_CLOSED'
  | 'LOG_TAIL_BROKEN'
  | 'LOG_UNREADABLE'
  | 'ENTRY_INVALID'
  | 'KEY_UNUSABLE'
  /** What stands outside the data directory knows of a later log than the one here. */
  | 'LOG_BEHIND'
  | 'IMPOSSIBLE';

export class KeyturnFault extends Error {
  readonly code: FaultCode;

  constructor(code: FaultCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'KeyturnFault';
    this.code = code;
  }
}
