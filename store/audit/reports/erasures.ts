import { toIsoTime } from '../../../bot/core/instant.ts';
import { PERSON_COLUMNS, personCells, personOf, textCell } from './columns.ts';
import type { Report } from './report.ts';

/** What is gone on purpose, who did it, and why. Holds nothing. */
export const erasures: Report = {
  name: 'erasures',
  columns: ['at', 'seq', 'what', ...PERSON_COLUMNS, 'erased_seq', 'field', 'entries_before', 'why'],
  open({ emit, people }) {
    return {
      take({ entry, texts }) {
        const { seq, at, actor, subject } = entry;
        const who = personCells(personOf(actor), people);
        const why = textCell(texts['reason']);
        if (entry.type === 'disclosure.erased') {
          emit(toIsoTime(at), seq, 'text', ...who, entry.data.seq, entry.data.field, null, why);
        } else if (entry.type === 'log.pruned') {
          emit(toIsoTime(at), seq, 'entries', ...who, null, null, entry.data.before, why);
        } else if (entry.type === 'payload.erased') {
          emit(toIsoTime(at), seq, `payload of request ${subject?.number}`, ...who, null, null, null, why);
        }
      },
    };
  },
};
