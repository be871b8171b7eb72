import { write } from '../bot/app/change-request.ts';
import type { Context } from '../bot/app/context.ts';
import type { EventSink } from '../bot/ports/event-sink.ts';
import type { Logger } from '../bot/ports/logger.ts';
import type { StoredEntry } from '../bot/ports/store.ts';
import { backoffMs } from './backoff.ts';

const BATCH = 200;
const BATCH_BYTES = 1024 * 1024;
const AGAIN_MS = 1_000;
const SEND_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 1_000;

/** Entries as lines of some format, as many as fit into `mostBytes` and at least one. */
export type ToLines = (
  entries: readonly StoredEntry[],
  state: string | null,
  mostBytes: number,
) => { readonly lines: readonly string[]; readonly seq: number; readonly state: string } | null;

export interface Streams {
  stop(): Promise<void>;
}

export interface StreamOptions {
  readonly toLines: ToLines;
  readonly logger: Logger;
  readonly steady: () => number;
}

/**
 * Sends every entry on to each sink, in the order of the log and at least once. The position is kept
 * after the sink took the lines, so a crash in between sends them again. Each sink has a pace and a
 * backoff of its own, and nothing waits for any of them.
 */
export function relayEntries(context: Context, sinks: readonly EventSink[], options: StreamOptions): Streams {
  const stops = sinks.map((sink) => relayTo(context, sink, options));
  return {
    async stop() {
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}

function relayTo(context: Context, sink: EventSink, { toLines, logger, steady }: StreamOptions) {
  const stopped = new AbortController();
  let running: Promise<void> | null = null;
  let failures = 0;
  let notBefore = 0;

  const sendNext = async (): Promise<boolean> => {
    const position = context.store.committed.streamPosition(sink.name);
    const after = position?.seq ?? -1;
    const entries = context.store.committed.entries(after + 1, BATCH);
    const batch = toLines(entries, position?.state ?? null, BATCH_BYTES);
    if (batch === null) return false;
    const first = entries[0]?.seq ?? after + 1;
    // Retention does not wait for a sink. What it missed is in the archive, and that it did is said.
    if (first > after + 1)
      logger.warn('a stream missed entries', { sink: sink.name, from: after + 1, first });
    const signal = AbortSignal.any([stopped.signal, AbortSignal.timeout(SEND_WITHIN_MS)]);
    await sink.send(batch.lines, signal);
    const { seq, state } = batch;
    await write(context, ({ tx }) => tx.setStreamPosition(sink.name, { seq, state }));
    failures = 0;
    return true;
  };
  const drain = async () => {
    try {
      while (!stopped.signal.aborted && (await sendNext()));
    } catch (cause) {
      if (stopped.signal.aborted) return;
      failures += 1;
      const waitMs = backoffMs(failures, context.random);
      notBefore = steady() + waitMs;
      logger.warn('a stream stands still', { sink: sink.name, failures, waitMs, cause: String(cause) });
    }
  };
  const run = () => {
    if (stopped.signal.aborted || steady() < notBefore) return;
    running ??= drain().finally(() => {
      running = null;
    });
  };
  const timer = setInterval(run, AGAIN_MS);
  run();
  return async () => {
    stopped.abort();
    clearInterval(timer);
    // A sink that does not let go must not keep the process; what it was given comes again.
    let giveUp: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      giveUp = setTimeout(resolve, STOP_WITHIN_MS);
    });
    await Promise.race([running, late]);
    clearTimeout(giveUp);
  };
}
