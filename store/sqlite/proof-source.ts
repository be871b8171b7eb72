import type { JsonObject } from '../../bot/core/canonical-json.ts';
import { KeyturnFault } from '../../bot/core/fault.ts';
import type { SignedCheckpoint, Tree } from '../../bot/ports/checkpoints.ts';
import { toStatement } from '../audit/attestation.ts';
import { createStories, type Story } from '../audit/reports/story.ts';
import { readStored } from '../audit/stored-entry.ts';
import { readHead } from './audit-log.ts';
import { newestCheckpointIn } from './checkpoints.ts';
import { openReadOnly } from './open.ts';
import { treeIn } from './tree.ts';

/** More entries than any request has that is not disputed without end. */
const MOST_ENTRIES = 10_000;

export interface ProofSource extends Pick<Tree, 'tlogProof'> {
  newestCheckpoint(): SignedCheckpoint | null;
  /** That the request which this entry is about was approved, to be signed; null where it was not, or there is none. */
  statement(seq: number): { readonly statement: JsonObject; readonly approvedSeq: number } | null;
  close(): void;
}

/** Tree and checkpoints of a log that a server may be writing to meanwhile, as of one moment. */
export function openProofSource(file: string): ProofSource {
  const db = openReadOnly(file);
  try {
    db.exec('BEGIN');
    const head = readHead(db);
    const tree = treeIn(db, () => head);
    const requestAt = db
      .prepare<[number], number | null>('SELECT request FROM entries WHERE seq = ?')
      .pluck();
    const about = db
      .prepare<[number, number], Uint8Array>(
        'SELECT bytes FROM entries WHERE request = ? ORDER BY seq LIMIT ?',
      )
      .pluck();
    const newest = db.prepare<[], Uint8Array>('SELECT bytes FROM entries ORDER BY seq DESC LIMIT 1').pluck();
    const action = db.prepare<[number], string>('SELECT text FROM actions WHERE number = ?').pluck();
    const storyOf = (number: number): Story | null => {
      const stories = createStories();
      let story: Story | null = null;
      for (const bytes of about.iterate(number, MOST_ENTRIES))
        story = stories.take({ entry: readStored(bytes).entry, texts: {} }) ?? story;
      return story;
    };
    return {
      newestCheckpoint: newestCheckpointIn(db),
      tlogProof: tree.tlogProof,
      statement(seq) {
        const number = requestAt.get(seq) ?? null;
        const story = number === null ? null : storyOf(number);
        if (story === null || story.approved === null) return null;
        const text = action.get(story.number);
        const payload = text === undefined ? null : (JSON.parse(text) as { payload?: JsonObject }).payload;
        const statement = toStatement(
          story,
          payload ?? null,
          readStored(newest.get() ?? new Uint8Array()).log,
        );
        return statement === null ? null : { statement, approvedSeq: story.approved.seq };
      },
      close: () => void db.close(),
    };
  } catch (cause) {
    db.close();
    throw new KeyturnFault('STORE_BROKEN', `${file} cannot be used: ${String(cause)}`, { cause });
  }
}
