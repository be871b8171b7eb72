import type { ActionRequest, State } from '../core/request.ts';
import type { Context, PersonCaller } from './context.ts';
import { expireDue } from './expire-due.ts';
import { mayRead } from './readers.ts';
import { waitsFor } from './who-may.ts';

export type Which = 'waiting' | 'pending' | 'mine' | 'all';

/** How many rows one look goes through, so that a reader of few requests cannot make us read them all. */
const MOST_SCANNED = 2_000;
const PAGE = 200;
const OPEN: readonly State[] = ['pending', 'flagged'];

/**
 * What one person is shown of the requests they may read. What waits comes in the order in which it
 * expires; the rest, newest first.
 */
export async function listForPerson(
  context: Context,
  caller: PersonCaller,
  which: Which,
): Promise<readonly ActionRequest[]> {
  await expireDue(context);
  const waits = which === 'waiting' || which === 'pending';
  const rows = waits ? openRows(context) : newestRows(context);
  const found: ActionRequest[] = [];
  for (const request of rows) {
    if (mayRead(context.rulebook, caller, request) && belongs(context, caller, which, request)) {
      found.push(request);
    }
  }
  return waits
    ? found.sort((a, b) => a.demands.expiresAt - b.demands.expiresAt || a.number - b.number)
    : found;
}

function belongs(context: Context, { id }: PersonCaller, which: Which, request: ActionRequest): boolean {
  if (which === 'waiting') return waitsFor(context, id, request);
  return which === 'mine' ? [request.requester.id, request.owner, request.onBehalfOf].includes(id) : true;
}

function* openRows({ store }: Context): Iterable<ActionRequest> {
  for (let after = 0, scanned = 0; scanned < MOST_SCANNED; ) {
    const rows = store.committed.inStates(OPEN, PAGE, after);
    yield* rows;
    if (rows.length < PAGE) return;
    after = rows.at(-1)?.number ?? after;
    scanned += rows.length;
  }
}

function* newestRows({ store }: Context): Iterable<ActionRequest> {
  let before: number | null = null;
  for (let scanned = 0; scanned < MOST_SCANNED; ) {
    const rows: readonly ActionRequest[] = store.committed.list({
      states: null,
      requester: null,
      before,
      most: PAGE,
    });
    yield* rows;
    if (rows.length < PAGE) return;
    before = rows.at(-1)?.number ?? before;
    scanned += rows.length;
  }
}
