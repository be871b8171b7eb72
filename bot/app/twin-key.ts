import { type Digest, sha256Hex } from '../core/digest.ts';
import type { Exclusion } from '../core/request.ts';

/** The same asker, for the same human, with the same people excluded, asking exactly the same. */
export function toTwinKey(actionDigest: Digest, exclusions: readonly Exclusion[]): string {
  const excluded = exclusions.map(({ person }) => person);
  return sha256Hex(`${actionDigest} ${excluded.sort().join(' ')}`);
}
