import type { ActionRequest, PersonId } from '../core/request.ts';

/** A text that stands beside the log, as it is kept: JSON, and the salt that its commitment was made with. */
export interface Disclosure {
  readonly salt: Uint8Array;
  readonly value: string;
}

export interface Disclosures {
  disclosure(seq: number, field: string): Disclosure | null;
}

/** Each of these MUST leave the file marked as unpurged, until `purge` has gone over it. */
export interface Erasing {
  eraseDisclosure(seq: number, field: string): void;
  /** Puts a request in the place of itself, without the text. No state changes, and no entry tells of it. */
  rewrite(request: ActionRequest): void;
  /** The id stays in the log; which key it had is forgotten. */
  forgetPerson(person: PersonId): void;
}

/**
 * `gone`: the file and its write-ahead log were read, and none of the traces is in them. `standing`:
 * what is left of them stands in rows that are still there, since somebody wrote the same words twice.
 * `held`: somebody reads an older state of the file, so that it cannot be cleaned yet.
 */
export type Purged = 'gone' | 'standing' | 'held';

export interface Purging {
  /**
   * Rids the file of everything that is in no row any more. `traces` is what to look for; without it
   * the file is written anew, if it is marked at all. It MUST NOT be called inside of a transaction.
   */
  purge(traces: readonly Uint8Array[] | null): Promise<Purged>;
}
