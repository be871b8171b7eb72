import { toIsoTime } from '../../../bot/core/instant.ts';
import { PERSON_COLUMNS, personCells, personOf, REQUEST_COLUMNS, requestCells } from './columns.ts';
import type { Report } from './report.ts';

/** Who tried to answer for their own request, and was refused. Holds nothing. */
export const refusedSelfApprovals: Report = {
  name: 'refused-self-approvals',
  columns: ['at', 'seq', ...PERSON_COLUMNS, 'tried', ...REQUEST_COLUMNS, 'requester', 'on_behalf_of'],
  open({ emit, people }) {
    return {
      take({ entry }) {
        const { seq, at, actor, subject, data } = entry;
        const { code, verdict, call } = data as Readonly<Record<string, string | null>>;
        if (code !== 'SELF_REVIEW') return;
        const about = subject === null ? REQUEST_COLUMNS.map(() => null) : requestCells(subject);
        const who = personCells(personOf(actor), people);
        const asked = [subject?.requester ?? null, subject?.on_behalf_of ?? null];
        emit(toIsoTime(at), seq, ...who, verdict ?? call ?? entry.type, ...about, ...asked);
      },
    };
  },
};
