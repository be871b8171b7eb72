import { setImmediate as turn } from 'node:timers/promises';
import type { Caller, Context } from '../../bot/app/context.ts';
import { waitForRequest } from '../../bot/app/read-requests.ts';
import type { RequestId } from '../../bot/core/request.ts';
import type { Came } from './step.ts';
import type { Answered } from './tell.ts';

/** So many turns of the event loop a call may take. One commit takes two. */
const TURNS = 200;
const WEEK_MS = 7 * 24 * 60 * 60_000;

/** The same promise, but one that is not settled soon never is, and then this throws. */
export async function soon<T>(work: Promise<T>): Promise<T> {
  const box = { isSettled: false };
  const settled = () => {
    box.isSettled = true;
  };
  work.then(settled, settled);
  for (let left = TURNS; left > 0 && !box.isSettled; left -= 1) await turn();
  if (!box.isSettled) throw new Error('it neither starts nor stops');
  return work;
}

/** What becomes of a call. Time does not pass by itself here, so what is not answered soon never is. */
export async function comeOf(call: Promise<Answered>): Promise<Came> {
  const box = boxed(call);
  return (await box.soon()) ?? { how: 'silent' };
}

function boxed(call: Promise<Answered>) {
  const box = {
    came: null as Came | null,
    async soon(): Promise<Came | null> {
      for (let left = TURNS; left > 0 && box.came === null; left -= 1) await turn();
      return box.came;
    },
  };
  call.then(
    (answer) => {
      box.came = { how: 'answered', answer };
    },
    (cause: unknown) => {
      box.came = { how: 'thrown', cause };
    },
  );
  return box;
}

/** A long poll: it stays open until the request is no longer as it was when the poll began. */
interface Hang {
  readonly id: string;
  readonly known: string;
  readonly abort: AbortController;
  readonly came: Came | null;
  readonly soon: () => Promise<Came | null>;
}

async function hang(context: Context, caller: Caller, id: RequestId): Promise<Hang> {
  const abort = new AbortController();
  const call = waitForRequest(context, caller, id, { ms: WEEK_MS, known: null, signal: abort.signal });
  const box = boxed(call.then((request): Answered => ({ ok: true, request })));
  // Two commits: what time has done may have to be recorded first.
  for (let left = 4; left > 0; left -= 1) await turn();
  const known = context.store.committed.request(id)?.state ?? '';
  return Object.assign(box, { id, known, abort });
}

/** The polls that are open at the moment. */
export class OpenPolls {
  #open: Hang[] = [];

  async add(context: Context, caller: Caller, id: RequestId): Promise<void> {
    this.#open.push(await hang(context, caller, id));
  }

  /** Takes out those that are answered, or must be: their request changed. Null is one that is not. */
  async over(stateOf: (id: string) => string | undefined): Promise<{ id: string; came: Came | null }[]> {
    const over: { id: string; came: Came | null }[] = [];
    for (const one of [...this.#open]) {
      const hasChanged = stateOf(one.id) !== one.known;
      const came = hasChanged ? await one.soon() : one.came;
      if (came === null && !hasChanged) continue;
      this.#open = this.#open.filter((other) => other !== one);
      over.push({ id: one.id, came });
    }
    return over;
  }

  async release(): Promise<void> {
    for (const { abort } of this.#open) abort.abort();
    await Promise.all(this.#open.map((one) => one.soon()));
    this.#open = [];
  }
}
