import type { VerifierKey } from '../audit/verifier-key.ts';
import { createLogVerifier, type Judgement, type Outside } from '../audit/verify-log.ts';
import { openVerifySource } from './verify-source.ts';

/** So many entries in a row take a few milliseconds. */
const TURN = 200;

/**
 * Verifies a log in its database, as of the moment this is called. `rest` is waited for every now and
 * then, where others have to work meanwhile.
 */
export async function verifyDatabase(
  file: string,
  { key, outside }: { readonly key: VerifierKey | null; readonly outside: readonly Outside[] },
  rest: () => Promise<void> | null = () => null,
): Promise<Judgement> {
  const source = openVerifySource(file);
  const older = source.checkpoints.slice(0, -1);
  const checkpoint = source.checkpoints.at(-1) ?? null;
  const verifier = createLogVerifier(
    { key, checkpoint, older, outside },
    { tables: source.tables, isLive: true },
  );
  let taken = 0;
  try {
    for (const hashes of source.leavesBefore()) verifier.hashes(hashes);
    for (const { bytes, beside } of source.entries()) {
      if (!verifier.take(bytes, beside)) break;
      taken += 1;
      if (taken % TURN === 0) await rest();
    }
    return verifier.finish();
  } catch (cause) {
    // The schema was there, so it is a database of ours, and here its file no longer is.
    if (!(cause instanceof Error && 'code' in cause && String(cause.code).startsWith('SQLITE_'))) throw cause;
    return verifier.giveUp(`the database cannot be read here: ${cause.message}`);
  } finally {
    source.close();
  }
}
