import type { Instant } from '../core/request.ts';

/** How a face reaches a place or an account, in its vendor's own words: without it nothing can be posted. */
export interface Reference {
  readonly service: string;
  readonly conversation: string;
}

/** What the vendor said last. It MUST still be there after a restart. */
export interface KnownReferences {
  reference(face: string, subject: string): Reference | null;
}

export interface References {
  putReference(face: string, subject: string, reference: Reference, at: Instant): void;
}
