import { toIsoTime } from '../../../bot/core/instant.ts';
import { PERSON_COLUMNS, personCells, personOf, REQUEST_COLUMNS, requestCells, textCell } from './columns.ts';
import type { Report } from './report.ts';

/** Every use, every review that followed, and every review that did not, in the order of the log. Holds nothing. */
export const breakGlass: Report = {
  name: 'break-glass',
  columns: ['at', 'seq', 'what', ...PERSON_COLUMNS, ...REQUEST_COLUMNS, 'requester', 'verdict', 'text'],
  open({ emit, people }) {
    return {
      take({ entry, texts }) {
        const { type, seq, at, actor, subject, data } = entry;
        if (!type.startsWith('break_glass.')) return;
        const about = subject === null ? REQUEST_COLUMNS.map(() => null) : requestCells(subject);
        const { verdict = null } = data as { readonly verdict?: string };
        const what = type.slice('break_glass.'.length);
        const who = personCells(personOf(actor), people);
        const text = textCell(texts['reason'] ?? texts['comment']);
        emit(toIsoTime(at), seq, what, ...who, ...about, subject?.requester ?? null, verdict, text);
      },
    };
  },
};
