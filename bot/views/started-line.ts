import type { Look } from '../app/look-at-request.ts';
import { PROGRESS_AFTER_MS, runUnderWay } from '../app/progress.ts';
import type { ToldEntry } from '../app/told-entry.ts';
import { cutText } from './cut.ts';
import { durationText } from './duration.ts';
import { moment, said, saidInLine, type Untrusted, type Words } from './words.ts';

/** Of a line people need enough to see that it moves. All of it stands where it ran. */
const LAST_LINE = 500;
/** What the bot calls itself where it is the worker. */
const HERE = 'embedded';

/**
 * A start of what Keyturn runs: who has it, and, while it is on and takes its time, for how long and what
 * it printed last. Drawn anew as it goes on, always as the same line.
 */
export function startedLine(
  { at, data }: ToldEntry,
  { request, progress }: Look,
): { readonly words: Words; readonly output: Untrusted | null } {
  const { attempt, worker } = data;
  const has: Words = worker === HERE ? [] : [' on ', said(String(worker))];
  const began = attempt === 1 ? 'Started by Keyturn' : `Try ${String(attempt)} started`;
  const started: Words = [began, ...has, ` at ${moment(at)}.`];
  if (runUnderWay(request)?.attempt !== attempt)
    return { words: [...started, ...ranFor(request, attempt)], output: null };
  if (progress === null || progress.attempt !== attempt) return { words: started, output: null };
  const { forMs, lastLine } = progress;
  return {
    words: [...started, ` Running for ${durationText(forMs)}.`],
    output: lastLine === null ? null : { untrusted: cutText(saidInLine(lastLine).untrusted, LAST_LINE) },
  };
}

/** Of a long try whose end its worker told. */
function ranFor({ execution }: Look['request'], attempt: unknown): Words {
  const { run = null, outcome = null } = execution ?? {};
  if (run === null || outcome === null || run.attempt !== attempt || outcome.settledBy !== null) return [];
  const ranMs = outcome.at - run.startedAt;
  return ranMs < PROGRESS_AFTER_MS ? [] : [` It ran for ${durationText(ranMs)}.`];
}
