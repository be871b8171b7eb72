import { type PersonCaller, toRequestId } from '../app/context.ts';
import { lookAt } from '../app/look-at-request.ts';
import { peekPayload } from '../app/peek-payload.ts';
import { viewPayload } from '../app/view-payload.ts';
import { fullView } from '../views/full-view.ts';
import type { Desk } from './answer.ts';
import type { Means } from './means.ts';
import { refused } from './refused.ts';

const MOST_READERS = 5_000;

/**
 * The full view page by page. Who has been given every page has seen it, and only then is that put on
 * record. What was paged through is kept in memory: after a restart a reader begins again.
 */
export function pager(means: Means): Desk['page'] {
  const { context } = means;
  const given = new Map<string, Set<number>>();

  return async (caller, request, at) => {
    const id = toRequestId(request);
    const lines = Math.max(1, Math.floor(at.lines));
    const peeked = await peekPayload(context, caller, id);
    if (!peeked.ok) return refused(means, caller, request, peeked);
    const all = peeked.view.split('\n');
    const pages = Math.ceil(all.length / lines);
    const page = Math.min(Math.max(0, Math.floor(at.page)), pages - 1);
    const seen = note(given, readerOf(caller, peeked.request.viewDigest, request, lines), page);
    const seenAll = seen.size === pages;
    const viewed = seenAll ? await viewPayload(context, caller, id) : peeked;
    if (!viewed.ok) return refused(means, caller, request, viewed);
    const look = lookAt(context, id);
    if (look === null) return refused(means, caller, request, { ok: false, code: 'NOT_FOUND' });
    const { buttons, text: _whole, lines: _lines, ...about } = fullView(look, viewed);
    const text = { untrusted: all.slice(page * lines, (page + 1) * lines).join('\n') };
    return { kind: 'page', ...about, text, page, pages, seenAll, buttons: seenAll ? buttons : [] };
  };
}

function readerOf(caller: PersonCaller, viewDigest: string, request: string, lines: number): string {
  return `${caller.id} ${request} ${viewDigest} ${lines}`;
}

function note(given: Map<string, Set<number>>, reader: string, page: number): ReadonlySet<number> {
  if (given.size >= MOST_READERS && !given.has(reader)) given.clear();
  const seen = given.get(reader) ?? new Set();
  given.set(reader, seen.add(page));
  return seen;
}
