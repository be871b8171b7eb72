import type { ClientId, Instant } from '../core/request.ts';

/** What a job's token was exchanged for. Nothing of the token itself is kept. */
export interface Session {
  readonly client: ClientId;
  /** Names the run and the trust that it was opened by; see `runAccount`. */
  readonly account: string;
  readonly issuer: string;
  /** The account of who started the run, as the issuer says it; null where it says none. */
  readonly startedBy: string | null;
  readonly openedAt: Instant;
  readonly expiresAt: Instant;
}

export interface KnownSessions {
  /** By the hash of its token. Also one that is over: whoever asks looks at the time. */
  session(hash: string): Session | null;
  isBurned(token: string): boolean;
}

/** `burn` MUST fail on a token that is burned already: two exchanges at once are one. */
export interface Sessions {
  openSession(hash: string, session: Session): void;
  extendSession(hash: string, expiresAt: Instant): void;
  burn(token: string, until: Instant): void;
  /** Drops what was over by then. */
  dropSessions(before: Instant): void;
}
