import type { Reference } from '../ports/references.ts';
import { write } from './change-request.ts';
import type { Context } from './context.ts';

/** Keeps what a vendor said of how to reach somebody. Said again, it costs no write. */
export async function rememberReference(
  context: Context,
  face: string,
  subject: string,
  reference: Reference,
): Promise<void> {
  const known = context.store.committed.reference(face, subject);
  if (known?.service === reference.service && known.conversation === reference.conversation) return;
  await write(context, ({ tx, at }) => tx.putReference(face, subject, reference, at));
}
