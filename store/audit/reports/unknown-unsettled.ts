import { ASKER_COLUMNS, askerCells, REQUEST_COLUMNS, requestCells, timeCell } from './columns.ts';
import type { Report } from './report.ts';

/** Started, and after the last entry nobody has said how it ended. Holds nothing. */
export const unknownUnsettled: Report = {
  name: 'unknown-unsettled',
  columns: [...REQUEST_COLUMNS, ...ASKER_COLUMNS, 'approved_at', 'released_at'],
  open({ emit, people }) {
    return {
      finish(open) {
        for (const story of open) {
          if (story.state !== 'unknown') continue;
          const { subject, approved, granted } = story;
          const asker = askerCells(story, people);
          emit(...requestCells(subject), ...asker, timeCell(approved), timeCell(granted));
        }
      },
    };
  },
};
