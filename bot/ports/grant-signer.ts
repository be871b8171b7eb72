import type { Digest } from '../core/digest.ts';

/** What a released action carries, so that a resource can check it without asking us. */
interface Grant {
  readonly request: string;
  readonly action_digest: Digest;
  readonly nonce: string;
  readonly expires_at: string;
  readonly audience: string;
  /** Where Keyturn runs it: which start this is, and the digest of what runs. */
  readonly attempt?: number;
  readonly definition?: Digest;
  /** What the worker asked this claim with: an answer to another claim is none to this one. */
  readonly challenge?: string;
}

/** A DSSE envelope (https://github.com/secure-systems-lab/dsse) over the grant's JCS bytes, ECDSA P-256. */
interface GrantEnvelope {
  readonly payloadType: string;
  readonly payload: string;
  readonly signatures: readonly [{ readonly keyid: string; readonly sig: string }];
}

export interface GrantSigner {
  sign(grant: Grant): GrantEnvelope;
}
