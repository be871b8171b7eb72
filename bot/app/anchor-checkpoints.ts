import { channelOf, type Place, toPlace } from '../core/place.ts';
import type { Anchor } from '../ports/anchor.ts';
import type { Courier, Delivery } from '../ports/courier.ts';
import { write } from './change-request.ts';
import { KEYTURN, type LogContext } from './context.ts';

const FACE = 'anchor';
/** A place that stays out of reach is said so again once a day, and not at every try. */
const SAY_AGAIN_MS = 24 * 60 * 60_000;

export function anchorPlace({ id }: Anchor): Place {
  return toPlace(FACE, id);
}

/** Which anchors do not hold what they should, so that an operator can be told. */
export interface AnchorHealth {
  readonly out: Set<string>;
}

/** Brings checkpoints to the anchors. Each that arrived is an entry, and so is one that cannot arrive. */
export function anchorCourier(
  context: () => LogContext,
  anchors: readonly Anchor[],
  { out }: AnchorHealth,
): Courier {
  const byId = new Map(anchors.map((anchor) => [anchor.id, anchor]));
  const saidAt = new Map<string, number>();

  const sayFailed = async (anchor: Anchor, size: number) => {
    out.add(anchor.id);
    const now = context().time.now();
    if (now - (saidAt.get(anchor.id) ?? Number.NEGATIVE_INFINITY) < SAY_AGAIN_MS) return;
    saidAt.set(anchor.id, now);
    const text = { where: anchor.where };
    const failed = { type: 'audit.anchor_failed', anchor: anchor.id, size, text } as const;
    await write(context(), ({ tx, at }) => void tx.append(failed, KEYTURN, at, null));
  };

  return {
    face: FACE,
    toldOfChanges: false,
    async deliver({ notice }, signal): Promise<Delivery> {
      if (notice.kind !== 'text' || notice.seq === null) return { done: false, never: 'no checkpoint' };
      const size = notice.seq + 1;
      const anchor = byId.get(channelOf(notice.place) ?? '');
      // Taken out of the configuration since. What it holds already, it holds.
      if (anchor === undefined) return { done: true };
      const newest = context().store.committed.newestCheckpoint()?.size ?? 0;
      if (!anchor.keepsAll && newest > size) return { done: true };
      try {
        await anchor.publish(notice.body, signal);
      } catch (cause) {
        // Stopping is no failure of the place.
        if (!signal.aborted) await sayFailed(anchor, size);
        throw cause;
      }
      out.delete(anchor.id);
      saidAt.delete(anchor.id);
      const anchored = {
        type: 'audit.anchored',
        anchor: anchor.id,
        size,
        text: { where: anchor.where },
      } as const;
      return { done: true, record: (tx, at) => void tx.append(anchored, KEYTURN, at, null) };
    },
  };
}
