import {
  ASKER_COLUMNS,
  askerCells,
  REQUEST_COLUMNS,
  requestCells,
  seqCell,
  textCell,
  timeCell,
} from './columns.ts';
import type { Report } from './report.ts';
import type { Story } from './story.ts';

/** The population that a sample is drawn from: every approved action, once, in the order in which they ended. Holds nothing. */
export const approvedActions: Report = {
  name: 'approved-actions',
  columns: [
    ...REQUEST_COLUMNS,
    ...ASKER_COLUMNS,
    'reason',
    'requested_at',
    'requested_seq',
    'approved_at',
    'approved_seq',
    'approved_how',
    'approved_by',
    'approved_by_keys',
    'policy',
    'rules',
    'action_digest',
    'released_at',
    'state',
    'ended_at',
  ],
  open({ emit, people }) {
    const row = (story: Story) => {
      const { subject, submitted, approved, granted, ended, state, reason } = story;
      if (approved === null) return;
      emit(
        ...requestCells(subject),
        ...askerCells(story, people),
        textCell(reason),
        timeCell(submitted),
        seqCell(submitted),
        timeCell(approved),
        approved.seq,
        howOf(story),
        approved.by.join(' '),
        people.keys(approved.by),
        subject.policy,
        subject.rules.join(' '),
        subject.action_digest,
        timeCell(granted),
        state,
        timeCell(ended),
      );
    };
    return { ended: row, finish: (open) => open.forEach(row) };
  },
};

function howOf({ broken, approved }: Story): string {
  if (broken) return 'break-glass';
  return approved?.by.length === 0 ? 'rule' : 'quorum';
}
