import type { ExternalGroup } from '../ports/directory.ts';
import { write } from './change-request.ts';
import { type Context, KEYTURN } from './context.ts';

const MINUTE_MS = 60_000;

/** One entry a group and minute: a directory that is down is asked at every decision. */
export function recordDirectoryFailures(
  context: () => Context,
  steady: () => number,
): (group: ExternalGroup, cause: unknown) => void {
  const told = new Map<string, number>();
  return ({ kind, id }, cause) => {
    const key = `${kind} ${id}`;
    const last = told.get(key);
    if (last !== undefined && steady() - last < MINUTE_MS) return;
    told.set(key, steady());
    const detail = cause instanceof Error ? cause.message.slice(0, 500) : 'no reason was given';
    const event = { type: 'directory.failed', kind, text: { group: id, detail } } as const;
    // A store that cannot be written says so itself, and the directory is no reason to end.
    write(context(), ({ tx, at }) => void tx.append(event, KEYTURN, at, null)).catch(() => undefined);
  };
}
