import { hasToMeet } from '../core/lifecycle/reevaluate.ts';
import { dueAt } from '../core/lifecycle/time.ts';
import { type Refusal, refuse } from '../core/refusal.ts';
import {
  type ActionRequest,
  type ClientId,
  isTerminal,
  type RequestId,
  type State,
} from '../core/request.ts';
import { current, write } from './change-request.ts';
import { type Caller, type Context, isPerson } from './context.ts';
import { expireDue } from './expire-due.ts';
import { meetPolicy } from './meet-policy.ts';
import { mayRead, mightRead } from './readers.ts';

/** How many rows one list call looks at, so that a reader of few requests cannot make us read them all. */
const MOST_SCANNED = 2000;
const PAGE = 200;

/** The request, or null where this caller must not know of it. Never shown as open past a deadline. */
export async function readRequest(
  context: Context,
  caller: Caller,
  id: RequestId,
): Promise<ActionRequest | null> {
  if (isPerson(caller)) await context.directories.recent();
  const stored = context.store.committed.request(id);
  if (stored === null || !mayRead(context.rulebook, caller, stored)) return null;
  const due = dueAt(stored);
  const isCurrent = due === null || context.time.now() < due;
  const { policy, unknownGroups } = context.rulebook;
  if (isCurrent && (unknownGroups.size > 0 || !hasToMeet(stored, policy.version))) return stored;
  return write<ActionRequest | null>(context, (writing) => {
    const request = current(context, writing, id);
    // Another policy may be in force by now, and know other readers.
    return request !== null && mayRead(context.rulebook, caller, request) ? request : null;
  });
}

/** Why `readRequest` found nothing: there is nothing for this caller, or nobody can say so now. */
export function whyNotRead(context: Context, caller: Caller, id: RequestId): Refusal {
  const stored = context.store.committed.request(id);
  const might = stored !== null && mightRead(context.rulebook, caller, stored);
  return refuse(might ? 'DIRECTORY_UNAVAILABLE' : 'NOT_FOUND');
}

/**
 * Answers at once when the state is not `known` or is final; else when it changes, or after
 * `waitMs` with the request as it is. Rights are checked again before the answer.
 */
export async function waitForRequest(
  context: Context,
  caller: Caller,
  id: RequestId,
  wait: { readonly ms: number; readonly known: State | null; readonly signal: AbortSignal },
): Promise<ActionRequest | null> {
  const first = await readRequest(context, caller, id);
  if (first === null) return null;
  const leave = caller.id === first.requester.id ? context.presence.arrive(id) : () => undefined;
  try {
    const known = wait.known ?? first.state;
    if (wait.ms === 0 || first.state !== known || isTerminal(first.state)) return first;
    await changeOf(context, id, known, wait);
  } finally {
    leave();
  }
  return readRequest(context, caller, id);
}

function changeOf(
  context: Context,
  id: RequestId,
  known: State,
  { ms, signal }: { readonly ms: number; readonly signal: AbortSignal },
): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      stopWatching();
      resolve();
    };
    const timer = setTimeout(done, ms);
    const stopWatching = context.watchers.watch(id, () => {
      if (context.store.committed.request(id)?.state !== known) done();
    });
    signal.addEventListener('abort', done);
    if (signal.aborted || context.store.committed.request(id)?.state !== known) done();
  });
}

export interface Page {
  readonly items: readonly ActionRequest[];
  /** The number to go on below, or null at the end. */
  readonly next: number | null;
}

/** Newest first, only what this caller may read. A page may be short and still have a next one. */
export async function listRequests(
  context: Context,
  caller: Caller,
  query: {
    readonly states: readonly State[] | null;
    readonly requester: string | null;
    readonly before: number | null;
    readonly limit: number;
  },
): Promise<Page> {
  if (isPerson(caller)) await context.directories.recent();
  await expireDue(context);
  await meetPolicy(context);
  const only = caller.actor.kind === 'client' ? caller.id : requesterId(context, query.requester);
  if (caller.actor.kind === 'client' && query.requester !== null && query.requester !== caller.key) {
    return { items: [], next: null };
  }
  const items: ActionRequest[] = [];
  let before = query.before;
  for (let scanned = 0; scanned < MOST_SCANNED; ) {
    const most = scanned === 0 ? Math.min(PAGE, query.limit + 1) : PAGE;
    const rows = context.store.committed.list({ states: query.states, requester: only, before, most });
    for (const row of rows) {
      if (items.length === query.limit) return { items, next: before };
      if (mayRead(context.rulebook, caller, row)) items.push(row);
      before = row.number;
    }
    if (rows.length < most) return { items, next: null };
    scanned += rows.length;
  }
  return { items, next: before };
}

/** A name that nobody has matches nothing; it must not fall back to everything. */
function requesterId(context: Context, key: string | null): string | null {
  if (key === null) return null;
  return context.rulebook.clients.get(key as ClientId)?.id ?? context.store.committed.personOf(key) ?? key;
}
