import type { PersonCaller } from '../app/context.ts';
import type { Watchers } from '../app/watchers.ts';
import type { Feed } from './feed.ts';
import { ROOM_HEADERS } from './headers.ts';
import type { RoomEvents } from './wire.ts';

const MOST_STREAMS = 200;
const PING_MS = 15_000;
/** Ended then. The page comes back at once, and who reads it is looked at anew. */
const LIFE_MS = 60 * 60_000;
/** A page that lets this many bytes pile up is cut off, and comes back for all of it. */
const MOST_UNREAD = 4 * 1024 * 1024;
/** The relay stores a message right after the face took it, so it is looked for a little longer. */
const LOOK_FOR_MS = 2_000;
const LOOK_EVERY_MS = 200;

export interface LiveStreams {
  /** Null when too many are open. `isHere` says whether the reader is still signed in. */
  open(reader: PersonCaller, isHere: () => boolean, signal: AbortSignal): Response | null;
  /** What stands in the room about this request or digest has changed, or will in a moment. */
  touch(subject: string): void;
  stop(): void;
}

/**
 * The room, live, for each open page: first all of it, then each message that changed. A break needs
 * no memory of where it was: the next connection begins with everything again, and the page leaves
 * what it shows already.
 */
export function createLiveStreams(feed: Feed, watchers: Watchers): LiveStreams {
  const streams = new Set<Stream>();
  const touched = new Map<string, number>();
  const look = () => {
    if (streams.size === 0 || touched.size === 0) return;
    const subjects = [...touched.keys()];
    for (const stream of [...streams]) {
      try {
        stream.show(subjects);
      } catch {
        // Called from within other people's writes, which must not fail because a page could not be told.
        stream.end();
      }
    }
  };
  const stopWatching = watchers.watch(null, look);
  const timer = setInterval(() => {
    look();
    const now = performance.now();
    for (const [subject, until] of touched) {
      // In the order in which they were touched: the first that is young ends it.
      if (now < until) break;
      touched.delete(subject);
    }
  }, LOOK_EVERY_MS);
  return {
    touch(subject) {
      touched.delete(subject);
      touched.set(subject, performance.now() + LOOK_FOR_MS);
    },
    open(reader, isHere, signal) {
      if (streams.size >= MOST_STREAMS) return null;
      let stream: Stream | null = null;
      const body = new ReadableStream<Uint8Array>(
        {
          start(controller) {
            const opened = follow(feed, reader, isHere, controller, () => streams.delete(opened));
            stream = opened;
            streams.add(opened);
            signal.addEventListener('abort', opened.end);
            opened.start();
          },
          cancel: () => stream?.end(),
        },
        { highWaterMark: MOST_UNREAD, size: (chunk) => chunk.byteLength },
      );
      return new Response(body, { headers: { ...ROOM_HEADERS, 'content-type': 'text/event-stream' } });
    },
    stop() {
      stopWatching();
      clearInterval(timer);
      for (const stream of [...streams]) stream.end();
    },
  };
}

interface Stream {
  start(): void;
  show(subjects: readonly string[]): void;
  end(): void;
}

function follow(
  feed: Feed,
  reader: PersonCaller,
  isHere: () => boolean,
  controller: ReadableStreamDefaultController<Uint8Array>,
  onEnd: () => void,
): Stream {
  const encoder = new TextEncoder();
  const shown = new Map<string, string>();
  let ended = false;
  const end = () => {
    if (ended) return;
    ended = true;
    clearInterval(ping);
    clearTimeout(life);
    onEnd();
    try {
      controller.close();
    } catch {
      // The page has gone already; there is nothing left to close.
    }
  };
  const write = (text: string) => {
    if (ended) return;
    // A session that ended, in whatever way, is shown nothing more.
    if (!isHere() || (controller.desiredSize ?? 0) <= 0) return end();
    controller.enqueue(encoder.encode(text));
  };
  const send = <N extends keyof RoomEvents>(name: N, data: RoomEvents[N]) =>
    write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  const isNew = (id: string, what: unknown) => {
    const json = JSON.stringify(what);
    if (shown.get(id) === json) return false;
    shown.set(id, json);
    return true;
  };
  const ping = setInterval(() => write(': still here\n\n'), PING_MS);
  const life = setTimeout(end, LIFE_MS);
  return {
    end,
    start() {
      const all = feed.all(reader);
      for (const one of [...all.messages, ...all.directs]) isNew(one.id, one);
      send('room', all);
    },
    show(subjects) {
      for (const subject of subjects) {
        if (ended) return;
        const message = feed.about(reader, subject);
        if (message !== null && isNew(message.id, message)) send('message', message);
      }
      for (const direct of feed.directs(reader)) if (isNew(direct.id, direct)) send('direct', direct);
    },
  };
}
