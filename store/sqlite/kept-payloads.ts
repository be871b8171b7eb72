import type { Database } from 'better-sqlite3';
import { type ActionRequest, isTerminal, type RequestId } from '../../bot/core/request.ts';
import type { ErasablePayloads, ErasePayload } from '../../bot/ports/payloads.ts';

interface KeptPayloads extends ErasablePayloads, ErasePayload {
  /** From here on its time runs. */
  keep(request: ActionRequest, before: ActionRequest | null): void;
}

/** Payloads of requests that are over. Who still has to review a broken glass must be able to see it. */
export function keptPayloadsIn(db: Database): KeptPayloads {
  const add = db.prepare('INSERT INTO kept_payloads (number, ended_at) VALUES (?, ?)');
  const due = db.prepare<[number, number], { id: RequestId }>(
    `SELECT id FROM kept_payloads JOIN requests USING (number)
     WHERE ended_at <= ? AND number NOT IN (SELECT request FROM post_reviews) ORDER BY ended_at, number LIMIT ?`,
  );
  const erase = db.prepare("UPDATE actions SET text = '', erased_seq = ? WHERE number = ?");
  const drop = db.prepare('DELETE FROM kept_payloads WHERE number = ?');
  return {
    keep(request, before) {
      if (!isTerminal(request.state) || (before !== null && isTerminal(before.state))) return;
      const { number, execution, resolvedAt, createdAt } = request;
      add.run(number, execution?.outcome?.at ?? resolvedAt ?? createdAt);
    },
    erasablePayloads: (endedBefore, most) => due.all(endedBefore, most).map(({ id }) => id),
    erasePayload({ number }, seq) {
      erase.run(seq, number);
      drop.run(number);
    },
  };
}
