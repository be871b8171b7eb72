import { toIsoTime } from '../../../bot/core/instant.ts';
import { nameOf, REQUEST_COLUMNS, requestCells } from './columns.ts';
import type { Report } from './report.ts';

const RUNS: ReadonlySet<string> = new Set([
  'grant.issued',
  'execution.started',
  'execution.succeeded',
  'execution.failed',
  'execution.unknown',
]);

/**
 * MUST be empty. What ran without an approval before it, or was released a second time, is named here
 * a second time: the replay has refused the log already. Holds nothing.
 */
export const executedWithoutApproval: Report = {
  name: 'executed-without-approval',
  columns: ['at', 'seq', 'entry', 'by', ...REQUEST_COLUMNS, 'why'],
  open({ emit }) {
    return {
      take({ entry }, story) {
        const { type, seq, at, actor, subject } = entry;
        // One that began before the first entry was approved before it, as far as anybody can tell here.
        if (!RUNS.has(type) || subject === null || (story !== null && story.submitted === null)) return;
        const again = type === 'grant.issued' && story?.granted != null && story.granted.seq !== seq;
        if (story?.approved && !again) return;
        const why = again ? 'released a second time' : 'no approval stands before it';
        emit(toIsoTime(at), seq, type, nameOf(actor), ...requestCells(subject), why);
      },
    };
  },
};
