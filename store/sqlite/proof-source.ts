import { KeyturnFault } from '../../bot/core/fault.ts';
import type { SignedCheckpoint, Tree } from '../../bot/ports/checkpoints.ts';
import { readHead } from './audit-log.ts';
import { newestCheckpointIn } from './checkpoints.ts';
import { openReadOnly } from './open.ts';
import { treeIn } from './tree.ts';

export interface ProofSource extends Pick<Tree, 'tlogProof'> {
  newestCheckpoint(): SignedCheckpoint | null;
  close(): void;
}

/** Tree and checkpoints of a log that a server may be writing to meanwhile, as of one moment. */
export function openProofSource(file: string): ProofSource {
  const db = openReadOnly(file);
  try {
    db.exec('BEGIN');
    const head = readHead(db);
    const { tlogProof } = treeIn(db, () => head);
    return { newestCheckpoint: newestCheckpointIn(db), tlogProof, close: () => void db.close() };
  } catch (cause) {
    db.close();
    throw new KeyturnFault('STORE_BROKEN', `${file} cannot be used: ${String(cause)}`, { cause });
  }
}
