import type { Place } from '../core/place.ts';
import type { RequestId } from '../core/request.ts';
import { write } from './change-request.ts';
import type { Context } from './context.ts';

const BATCH = 500;
const OPEN = ['pending', 'flagged', 'approved', 'executing', 'unknown'] as const;

/**
 * At the start: a face may be new, or was away while things were decided elsewhere. Open requests get
 * the card that is missing, and no card stays behind the log.
 */
export async function restoreCards(context: Context): Promise<void> {
  if (!context.places.hasFaces) return;
  const { committed } = context.store;
  for (let after = 0; ; ) {
    const open = committed.inStates(OPEN, BATCH, after);
    const missing = open.flatMap(({ id, demands }) =>
      demands.notify.filter((place) => isMissing(context, place, id)).map((place) => ({ place, id })),
    );
    await tell(context, missing);
    if (open.length < BATCH) break;
    after = open.at(-1)?.number ?? after;
  }
  for (let after = ''; ; ) {
    const stale = committed.staleCards(BATCH, after);
    await tell(
      context,
      stale.flatMap(({ place, request }) =>
        request !== null && context.places.isServed(place) ? [{ place, id: request }] : [],
      ),
    );
    if (stale.length < BATCH) return;
    after = stale.at(-1)?.message ?? after;
  }
}

function isMissing({ places, store }: Context, place: Place, id: RequestId): boolean {
  if (!places.isServed(place)) return false;
  return store.committed.cards(place, id).length === 0 && store.committed.digestOf(place, id) === null;
}

async function tell(
  context: Context,
  cards: readonly { readonly place: Place; readonly id: RequestId }[],
): Promise<void> {
  if (cards.length === 0) return;
  await write(context, ({ tx }) => {
    for (const { place, id } of cards) {
      tx.notify({ kind: 'card', place, request: id, seq: tx.auditSeq(id) });
    }
  });
}
