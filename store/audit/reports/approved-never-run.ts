import { ASKER_COLUMNS, askerCells, REQUEST_COLUMNS, requestCells, timeCell } from './columns.ts';
import type { Report } from './report.ts';
import type { Story } from './story.ts';

/** Approved, and never released: lapsed, revoked, cancelled, or still waiting. Holds nothing. */
export const approvedNeverRun: Report = {
  name: 'approved-never-run',
  columns: [...REQUEST_COLUMNS, ...ASKER_COLUMNS, 'approved_at', 'state', 'ended_at'],
  open({ emit, people }) {
    const row = (story: Story) => {
      const { subject, approved, granted, state, ended } = story;
      if (approved === null || granted !== null) return;
      const asker = askerCells(story, people);
      emit(...requestCells(subject), ...asker, timeCell(approved), state, timeCell(ended));
    };
    return { ended: row, finish: (open) => open.forEach(row) };
  },
};
