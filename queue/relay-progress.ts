import { runUnderWay } from '../bot/app/progress.ts';
import type { Delivery } from '../bot/ports/courier.ts';
import type { Edited } from '../bot/ports/messenger.ts';
import type { ProgressNotice } from '../bot/ports/notice.ts';
import { notNow, type Sending } from './relay-post.ts';

/** Nothing of this place goes out meanwhile. */
const WITHIN_MS = 5_000;

/**
 * Edits the line that told of a start, and never posts one. While the try is on, a line that could not be
 * edited is let go of: the next look comes anyway, and cards must not wait for it. That it is over has to
 * arrive.
 */
export async function deliverProgress(sending: Sending, notice: ProgressNotice): Promise<Delivery> {
  const { committed } = sending.context.store;
  const { place, request: id, seq } = notice;
  const line = committed.linesOf(id, seq).find((post) => post.place === place);
  // Not posted yet: it will be, as things are then.
  if (line === undefined) return { done: true };
  const request = committed.request(id);
  const isNewest = committed.lastOf(id, ['execution.started'])?.seq === seq;
  const isOn = isNewest && request !== null && runUnderWay(request) !== null;
  const edited = await edit(sending, notice, line.message).catch((cause: unknown) => {
    if (isOn) return null;
    throw cause;
  });
  if (edited === 'gone') return { done: true, record: (tx) => tx.removePost(place, line.message) };
  if (edited === null || edited === 'edited' || isOn || 'never' in edited) return { done: true };
  return notNow(edited);
}

function edit(
  { messenger, signal }: Sending,
  { place, request, seq }: ProgressNotice,
  message: string,
): Promise<Edited> {
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(WITHIN_MS)]);
  const late = new Promise<never>((_resolve, reject) => {
    inTime.addEventListener('abort', () => reject(new Error('no answer in time')), { once: true });
  });
  const asked = messenger.edit({ kind: 'thread', place, request, seq }, message, inTime);
  return Promise.race([asked, late]);
}
