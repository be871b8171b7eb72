/**
 * The operator's log. The message is fixed; what varies stands beside it. Never a secret, never a
 * payload, never text that a requester wrote.
 */
export interface Logger {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}
