import { sha256Hex } from '../core/digest.ts';
import type { ActionRequest, Exclusion } from '../core/request.ts';

/** The same asker, for the same human, with the same people excluded, asking exactly the same. */
export function toTwinKey(
  { actionDigest, unresolved, requester }: Pick<ActionRequest, 'actionDigest' | 'unresolved' | 'requester'>,
  exclusions: readonly Exclusion[],
): string {
  const excluded = [...exclusions.map(({ person }) => person), ...unresolved.map(({ account }) => account)];
  // Two runs of a client are two askers: neither may read, nor take, what the other asked.
  const asker = requester.run === undefined ? '' : ` ${requester.run}`;
  return sha256Hex(`${actionDigest} ${excluded.sort().join(' ')}${asker}`);
}
