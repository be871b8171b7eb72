import { takeCheckpoint } from '../../../bot/app/take-checkpoint.ts';
import { formatCheckpoint } from '../../../store/audit/checkpoint.ts';
import { createNoteSigner, signNote } from '../../../store/audit/note.ts';
import { readVerifierKey, type VerifierKey } from '../../../store/audit/verifier-key.ts';
import { anExecuting, report, review, submit } from '../../connectors/api/world.ts';
import { exportBundle, verifierKey } from '../../helpers/bundle.ts';
import { aSigningKey } from '../../helpers/log-context.ts';
import { startKeyturn } from '../../helpers/start-keyturn.ts';
import { type Files, linesOf, loadFiles } from './bundle-in-memory.ts';

/** One real log, exported whole, with what honest people keep of it elsewhere. */
export interface KeptLog {
  readonly files: Files;
  readonly entries: readonly string[];
  readonly key: VerifierKey;
  /** The entry whose text was erased. */
  readonly erased: number;
  /** So many entries the checkpoint before the newest one covers. */
  readonly covered: number;
  /** Notes that people hold: of the end, of the middle, and of another log. */
  readonly newest: string;
  readonly early: string;
  readonly foreign: string;
  readonly otherKey: VerifierKey;
}

let kept: Promise<KeptLog> | null = null;

/** Made once, by the first test that asks. */
export function keptLog(): Promise<KeptLog> {
  kept ??= keepALog();
  return kept;
}

async function keepALog(): Promise<KeptLog> {
  const keyturn = await startKeyturn();
  const { context } = keyturn.keyturn;
  const noted = async () => (await takeCheckpoint(context))?.note ?? '';
  await report(keyturn, await anExecuting(keyturn));
  const early = await noted();
  const rejected = await submit(keyturn, { payload: { nth: 2 } });
  await review(keyturn, 'bob', rejected, 'reject', { comment: 'not on a Friday' });
  const erased = context.store.committed.auditSeq(rejected.id as never) - 1;
  const erasure = { seq: erased, field: 'comment', reason: 'DSR-17' };
  const answer = await keyturn.post('carol', '/v1/audit/erasures', erasure);
  if (answer.status !== 200) throw new Error(`not erased: ${answer.text}`);
  await report(keyturn, await anExecuting(keyturn, { payload: { nth: 3 } }));
  await noted();
  const covered = context.store.committed.newestCheckpoint()?.size ?? 0;
  await submit(keyturn, { payload: { nth: 4 } });
  const files = loadFiles(await exportBundle(keyturn));
  const other = createNoteSigner('test/log/1', aSigningKey());
  const text = formatCheckpoint({ origin: 'elsewhere/1', size: 5, root: Buffer.alloc(32, 1) });
  const read = readVerifierKey(verifierKey(keyturn));
  if ('why' in read) throw new Error(read.why);
  return {
    files,
    entries: linesOf(files, 'events.jsonl'),
    key: read.key,
    erased,
    covered,
    newest: (files.get('checkpoint.note') as Buffer).toString('utf8'),
    early,
    foreign: signNote(text, [createNoteSigner('elsewhere/1', aSigningKey())]),
    otherKey: other.key,
  };
}
