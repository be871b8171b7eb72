import { toIsoTime } from '../../../bot/core/instant.ts';
import type { LoggedEntry } from '../replay-shape.ts';
import {
  PERSON_COLUMNS,
  personCells,
  personOf,
  REQUEST_COLUMNS,
  requestCells,
  seconds,
  textCell,
} from './columns.ts';
import type { Report } from './report.ts';

/** Everything that a person decided, one decision a line, in the order of the log. Holds nothing. */
export const decisionsByPerson: Report = {
  name: 'decisions-by-person',
  columns: [
    ...PERSON_COLUMNS,
    'at',
    'seq',
    'decision',
    'via',
    'account',
    'roles',
    ...REQUEST_COLUMNS,
    'requester',
    'chairs_filled',
    'chairs',
    'seconds_since_request',
    'comment',
  ],
  open({ emit, people }) {
    return {
      take({ entry, texts }, story) {
        const decision = decisionOf(entry);
        const { actor, subject, seq, at, data } = entry;
        if (decision === null || actor.kind !== 'person') return;
        const { filled = null, of = null } = data as { readonly filled?: number; readonly of?: number };
        const about = subject === null ? REQUEST_COLUMNS.map(() => null) : requestCells(subject);
        const since = story?.submitted ? seconds(at - story.submitted.at) : null;
        emit(
          ...personCells(personOf(actor), people),
          toIsoTime(at),
          seq,
          decision,
          actor.via,
          actor.account,
          actor.roles.join(' '),
          ...about,
          subject?.requester ?? null,
          filled,
          of,
          since,
          textCell(texts['comment'] ?? texts['reason']),
        );
      },
    };
  },
};

/** In one word, or null for what decides nothing. */
function decisionOf(entry: LoggedEntry): string | null {
  const { type, data } = entry;
  switch (type) {
    case 'review.recorded':
      return data.verdict;
    case 'request.cleared':
      return 'clear';
    case 'requester.cleared':
      return 'clear requester';
    case 'request.revoked':
      return data.because === 'asked' ? 'revoke' : null;
    case 'request.stop_requested':
      return data.because === 'asked' ? 'stop' : null;
    case 'request.cancelled':
      return data.because === 'asked' ? 'cancel' : null;
    case 'execution.settled':
      return `settle ${data.status}`;
    case 'break_glass.used':
      return 'break-glass';
    case 'break_glass.reviewed':
      return `post-review ${data.verdict}`;
    default:
      return null;
  }
}
