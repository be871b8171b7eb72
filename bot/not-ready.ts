import { type Context, KEYTURN } from './app/context.ts';

/** Ready means that the log can be written. After a refused write it is tried, for real. Null when it can. */
export async function notReady(context: Context): Promise<string | null> {
  const ahead = context.guard.why();
  if (ahead !== null) return `${ahead}; nothing is signed or released until an operator opens a new epoch`;
  if (!context.store.lastWriteFailed()) return null;
  try {
    const at = context.time.now();
    await context.store.transact(
      (tx) => void tx.append({ type: 'storage.fault', code: 'FULL' }, KEYTURN, at, null),
    );
    return null;
  } catch {
    return 'the log cannot be written';
  }
}
