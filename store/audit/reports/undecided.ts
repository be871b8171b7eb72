import { ASKER_COLUMNS, askerCells, REQUEST_COLUMNS, requestCells, timeCell } from './columns.ts';
import type { Report } from './report.ts';
import type { Story } from './story.ts';

/** What nobody decided: expired, or still open after the last entry. Holds nothing. */
export const undecided: Report = {
  name: 'undecided',
  columns: [...REQUEST_COLUMNS, ...ASKER_COLUMNS, 'requested_at', 'state', 'expired_at', 'approves', 'seats'],
  open({ emit, people }) {
    const row = (story: Story) => {
      const { subject, submitted, state, ended, approves } = story;
      if (state !== 'expired' && state !== 'pending' && state !== 'flagged') return;
      const seats = submitted?.data.demands.seats.map(({ from, count }) => `${from.join('|')} ${count}`);
      emit(
        ...requestCells(subject),
        ...askerCells(story, people),
        timeCell(submitted),
        state,
        timeCell(ended),
        approves,
        seats?.join(', ') ?? null,
      );
    };
    return { ended: row, finish: (open) => open.forEach(row) };
  },
};
