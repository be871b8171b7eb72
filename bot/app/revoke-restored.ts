import { record, write } from './change-request.ts';
import { type Context, KEYTURN } from './context.ts';

const BATCH = 200;

/**
 * At a start: revokes what was approved in a copy that was put back, or before a new epoch. It may
 * have been released after the copy was made, and nothing here could know; so it is asked again.
 */
export async function revokeRestored(context: Context): Promise<void> {
  while (context.store.committed.hasOldApprovals()) {
    await write(context, (writing) => {
      const { tx } = writing;
      const approved = tx.inStates(['approved'], BATCH, 0);
      for (const request of approved)
        record(
          context,
          writing,
          request,
          [{ type: 'request.revoked', because: 'restored', text: {} }],
          KEYTURN,
        );
      if (approved.length === 0) tx.clearOldApprovals();
    });
  }
}
