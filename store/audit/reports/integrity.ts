import { toIsoTime } from '../../../bot/core/instant.ts';
import type { Report } from './report.ts';

/** What these entries are, how they hang together, and what is missing of them. Holds counts. */
export const integrity: Report = {
  name: 'integrity',
  columns: ['statement', 'value'],
  open({ about, emit }) {
    let first: number | null = null;
    let last: number | null = null;
    const count = {
      entries: 0,
      requests: 0,
      approved: 0,
      released: 0,
      texts: 0,
      missing: 0,
      erased: 0,
      before: 0,
    };
    return {
      take({ entry, texts }, story) {
        const { type, at, d, subject } = entry;
        first ??= at;
        last = at;
        count.entries += 1;
        const committed = Object.keys(d);
        count.texts += committed.length;
        count.missing += committed.filter((field) => !Object.hasOwn(texts, field)).length;
        if (type === 'disclosure.erased') count.erased += 1;
        if (type === 'request.submitted') count.requests += 1;
        if (type === 'request.approved') count.approved += 1;
        if (type === 'grant.issued') count.released += 1;
        if (subject !== null && story !== null && story.submitted === null) count.before += 1;
      },
      finish() {
        emit('log', about.log);
        emit('first entry', about.from);
        emit('last entry', about.to);
        emit('entries', count.entries);
        emit('written from', first === null ? '' : toIsoTime(first));
        emit('written to', last === null ? '' : toIsoTime(last));
        emit('entries under the signed checkpoint', about.checkpoint.size);
        emit('root of the signed checkpoint', about.checkpoint.root);
        emit('requests submitted', count.requests);
        emit('requests approved', count.approved);
        emit('requests released', count.released);
        emit('texts committed to', count.texts);
        emit('texts that are not there', count.missing);
        emit('texts erased by these entries', count.erased);
        emit('entries about requests that began before the first entry', count.before);
      },
    };
  },
};
