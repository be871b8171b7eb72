import type { JsonObject } from '../core/canonical-json.ts';

/** A DSSE envelope (https://github.com/secure-systems-lab/dsse) over an in-toto statement, ECDSA P-256. */
export interface Attestation {
  readonly payloadType: 'application/vnd.in-toto+json';
  readonly payload: string;
  readonly signatures: readonly [{ readonly keyid: string; readonly sig: string }];
}

export interface Attestor {
  attest(statement: JsonObject): Attestation;
  /** PEM, for whoever checks one. */
  readonly publicKey: string;
}
