import { toIsoTime } from '../../../bot/core/instant.ts';
import { PERSON_COLUMNS, personCells, REQUEST_COLUMNS, requestCells, seconds } from './columns.ts';
import type { Report } from './report.ts';

/** What stands in the manifest unless somebody asks otherwise. */
export const FAST_SECONDS = 30;

/**
 * Approves that came sooner than anybody reads. Counted from the first full view of that person, or from
 * the request where a card showed all of it. Holds open requests and who viewed them.
 */
export const fastApprovals: Report = {
  name: 'fast-approvals',
  columns: [
    'at',
    'seq',
    ...PERSON_COLUMNS,
    ...REQUEST_COLUMNS,
    'requester',
    'seconds_since_view',
    'seconds_since_request',
  ],
  open({ about, emit, people }) {
    return {
      take({ entry }, story) {
        if (entry.type !== 'review.recorded' || entry.data.verdict !== 'approve' || story === null) return;
        const { seq, at, data } = entry;
        const viewed = story.viewed.get(data.person) ?? null;
        const asked = story.submitted?.at ?? null;
        const seen = viewed ?? asked;
        if (seen === null || at - seen >= about.fastSeconds * 1000) return;
        const since = (from: number | null) => (from === null ? null : seconds(at - from));
        const who = personCells(data.person, people);
        const request = [...requestCells(story.subject), story.subject.requester];
        emit(toIsoTime(at), seq, ...who, ...request, since(viewed), since(asked));
      },
    };
  },
};
