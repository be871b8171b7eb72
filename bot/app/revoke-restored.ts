import { current, record, write } from './change-request.ts';
import { type Context, KEYTURN } from './context.ts';

const BATCH = 200;
const REVOKED = { type: 'request.revoked', because: 'restored', text: {} } as const;

/**
 * At a start: revokes what was approved in a copy that was put back, or before a new epoch. It may
 * have been released after the copy was made, and nothing here could know; so it is asked again.
 */
export async function revokeRestored(context: Context): Promise<void> {
  while (context.store.committed.hasOldApprovals()) {
    await write(context, (writing) => {
      const { tx } = writing;
      const approved = tx.inStates(['approved'], BATCH, 0);
      for (const { id } of approved) {
        // What time alone had ended before is not revoked.
        const request = current(context, writing, id);
        if (request?.state === 'approved') record(context, writing, request, [REVOKED], KEYTURN);
      }
      if (approved.length === 0) tx.clearOldApprovals();
    });
  }
}
