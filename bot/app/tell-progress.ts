import { faceOf, type Place } from '../core/place.ts';
import type { Instant, RequestId } from '../core/request.ts';
import type { Outputs } from '../ports/outputs.ts';
import { write } from './change-request.ts';
import type { Context } from './context.ts';
import { PROGRESS_AFTER_MS, runUnderWay } from './progress.ts';

/** How often one line is written anew, at most. */
const LINE_EVERY_MS = 15_000;
/**
 * On a face that counts what is written, one line in this time, however many actions run: 12 a minute.
 * Slack takes 50 edits a minute from the whole app, and cards need them more.
 */
const FACE_EVERY_MS = 5_000;
/** Those that run longest. */
const MOST_RUNS = 200;

interface Line {
  readonly place: Place;
  readonly request: RequestId;
  readonly seq: number;
  readonly attempt: number;
  readonly startedAt: Instant;
}

/**
 * Keeps one line in each thread true while Keyturn carries an action out: the line that told of its
 * start. Leaves no entries, and remembers nothing that a restart would lose for good.
 */
export function progressTeller(context: Context, outputs: Pick<Outputs, 'lastLine'>): () => Promise<void> {
  const { store, places, progress, time } = context;
  const lineToldAt = new Map<string, Instant>();
  const faceToldAt = new Map<string, Instant>();
  const keyOf = ({ place, seq }: Line) => `${seq} ${place}`;

  const linesAt = (now: Instant): readonly Line[] => {
    const { committed } = store;
    return committed.atWork(now - PROGRESS_AFTER_MS, MOST_RUNS).flatMap((request) => {
      const run = runUnderWay(request);
      const start = run === null ? null : committed.lastOf(request.id, ['execution.started']);
      if (run === null || start === null) return [];
      const { id } = request;
      const { attempt, startedAt } = run;
      return committed
        .linesOf(id, start.seq)
        .filter(({ place }) => places.isServed(place))
        .map(({ place }) => ({ place, request: id, seq: start.seq, attempt, startedAt }));
    });
  };
  /** Of what is due, all where nobody counts, and elsewhere the one that has waited longest. */
  const chosenOf = (lines: readonly Line[], now: Instant): readonly Line[] => {
    const toldAt = (line: Line) => lineToldAt.get(keyOf(line)) ?? 0;
    const due = lines
      .filter((line) => now - toldAt(line) >= LINE_EVERY_MS)
      .sort((a, b) => toldAt(a) - toldAt(b));
    const chosen: Line[] = [];
    for (const line of due) {
      const face = faceOf(line.place);
      if (places.isLimited(line.place)) {
        if (now - (faceToldAt.get(face) ?? 0) < FACE_EVERY_MS) continue;
        faceToldAt.set(face, now);
      }
      lineToldAt.set(keyOf(line), now);
      chosen.push(line);
    }
    return chosen;
  };
  const forgetOver = (lines: readonly Line[]) => {
    const keys = new Set(lines.map(keyOf));
    for (const key of lineToldAt.keys()) if (!keys.has(key)) lineToldAt.delete(key);
    const running = new Set(lines.map(({ request }) => request));
    for (const request of progress.keys()) if (!running.has(request)) progress.delete(request);
  };

  return async () => {
    const now = time.now();
    const lines = linesAt(now);
    forgetOver(lines);
    const chosen = chosenOf(lines, now);
    if (chosen.length === 0) return;
    for (const { request, attempt, startedAt } of chosen) {
      const lastLine = outputs.lastLine(request, attempt);
      progress.set(request, { attempt, forMs: now - startedAt, lastLine });
    }
    await write(context, ({ tx }) => {
      for (const { place, request, seq } of chosen) tx.notify({ kind: 'progress', place, request, seq });
    });
  };
}
