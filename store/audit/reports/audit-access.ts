import { toIsoTime } from '../../../bot/core/instant.ts';
import { PERSON_COLUMNS, personCells, personOf } from './columns.ts';
import type { Report } from './report.ts';

/** Who read the log, and how much of it. Holds nothing. */
export const auditAccess: Report = {
  name: 'audit-access',
  columns: ['at', 'seq', ...PERSON_COLUMNS, 'what', 'from', 'entries', 'reports'],
  open({ emit, people }) {
    return {
      take({ entry }) {
        if (entry.type !== 'audit.viewed' && entry.type !== 'audit.exported') return;
        const { seq, at, actor } = entry;
        const who = [toIsoTime(at), seq, ...personCells(personOf(actor), people)];
        if (entry.type === 'audit.viewed') emit(...who, 'viewed', entry.data.from, entry.data.count, null);
        if (entry.type === 'audit.exported') {
          const { from, to, reports } = entry.data;
          emit(...who, 'exported', from, to - from + 1, reports.join(' '));
        }
      },
    };
  },
};
