import { type Caller, type Context, isPerson } from '../../bot/app/context.ts';
import { readRequest } from '../../bot/app/read-requests.ts';
import type { RequestId } from '../../bot/core/request.ts';
import { present } from './present.ts';

const MOST_STREAMS = 1000;
const BATCH = 100;
const PING_MS = 15_000;
/** Ended then; the client comes back with its last id. Rights and tokens are looked at anew. */
const LIFE_MS = 60 * 60_000;
/** A reader that lets this many bytes pile up is cut off and can resume. */
const MOST_UNREAD = 1024 * 1024;

/** Entry types that name what people did are for people. */
const FOR_CLIENTS = /^(request|grant|execution)\./;

export function createEventStreams(context: Context) {
  let open = 0;
  return {
    /** Server-sent events (WHATWG HTML, section 9.2) of one request, after the entry `after`. Null when too many are open. */
    stream(caller: Caller, id: RequestId, after: number, signal: AbortSignal): Response | null {
      if (open >= MOST_STREAMS) return null;
      open += 1;
      let stop = () => {};
      const body = new ReadableStream<Uint8Array>(
        {
          start(controller) {
            stop = follow(context, caller, id, after, controller, () => {
              open -= 1;
            });
            signal.addEventListener('abort', stop);
          },
          cancel: () => stop(),
        },
        { highWaterMark: MOST_UNREAD, size: (chunk) => chunk.byteLength },
      );
      const headers = {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
        'x-content-type-options': 'nosniff',
      };
      return new Response(body, { headers });
    },
  };
}

function follow(
  context: Context,
  caller: Caller,
  id: RequestId,
  after: number,
  controller: ReadableStreamDefaultController<Uint8Array>,
  onEnd: () => void,
): () => void {
  const encoder = new TextEncoder();
  let last = after;
  let ended = false;
  let pumping = false;
  let again = false;
  const stopWatching = context.watchers.watch(id, () => void pump());
  const ping = setInterval(() => write(': still here\n\n'), PING_MS);
  const life = setTimeout(() => end(), LIFE_MS);
  const asks = context.store.committed.request(id)?.requester.id === caller.id;
  const leave = asks ? context.presence.arrive(id) : () => {};

  const end = () => {
    if (ended) return;
    ended = true;
    stopWatching();
    clearInterval(ping);
    clearTimeout(life);
    leave();
    onEnd();
    try {
      controller.close();
    } catch {
      // The reader has gone already; there is nothing left to close.
    }
  };
  const write = (text: string) => {
    if (ended) return;
    if ((controller.desiredSize ?? 0) <= 0) end();
    else controller.enqueue(encoder.encode(text));
  };
  const pump = async () => {
    again = true;
    if (pumping) return;
    pumping = true;
    try {
      while (again && !ended) {
        again = false;
        const request = await readRequest(context, caller, id);
        if (request === null) return end();
        for (const { seq, type } of context.store.committed.entriesOf(id, last, BATCH)) {
          last = seq;
          again = true;
          if (!isPerson(caller) && !FOR_CLIENTS.test(type)) continue;
          write(`id: ${seq}\nevent: ${type}\ndata: ${JSON.stringify(present(context, caller, request))}\n\n`);
        }
      }
    } catch {
      end();
    } finally {
      pumping = false;
    }
  };
  write(': following\n\n');
  void pump();
  return end;
}
