import { approvedActions } from './approved-actions.ts';
import { approvedNeverRun } from './approved-never-run.ts';
import { auditAccess } from './audit-access.ts';
import { breakGlass } from './break-glass.ts';
import { csvLine } from './csv.ts';
import { decisionsByPerson } from './decisions-by-person.ts';
import { erasures } from './erasures.ts';
import { executedWithoutApproval } from './executed-without-approval.ts';
import { fastApprovals } from './fast-approvals.ts';
import { integrity } from './integrity.ts';
import { loggingGaps } from './logging-gaps.ts';
import type { Noted } from './noted.ts';
import { createPeople } from './people.ts';
import { policyHistory } from './policy-history.ts';
import { refusedSelfApprovals } from './refused-self-approvals.ts';
import type { About, Report } from './report.ts';
import { requestsByAgent } from './requests-by-agent.ts';
import { sample } from './sample.ts';
import { createStories, type Story } from './story.ts';
import { undecided } from './undecided.ts';
import { unknownUnsettled } from './unknown-unsettled.ts';
import { whoMayApprove } from './who-may-approve.ts';

export const REPORTS: readonly Report[] = [
  approvedActions,
  sample,
  decisionsByPerson,
  requestsByAgent,
  breakGlass,
  refusedSelfApprovals,
  fastApprovals,
  undecided,
  executedWithoutApproval,
  approvedNeverRun,
  unknownUnsettled,
  whoMayApprove,
  policyHistory,
  auditAccess,
  loggingGaps,
  integrity,
  erasures,
];

export const REPORT_NAMES: readonly string[] = REPORTS.map(({ name }) => name);

export interface RunningReports {
  take(noted: Noted): void;
  finish(): void;
}

export interface Run {
  readonly names: readonly string[];
  readonly about: About;
  /** The next piece of that report's file. */
  readonly write: (name: string, csv: string) => void;
  /** Every request that these entries tell of, once: when it is over, or after the last entry. */
  readonly onStory?: (story: Story) => void;
}

/**
 * Reports over one pass of the entries. The same entries and texts give the same bytes, so whoever has
 * the entries can make the reports again and needs to believe none. It holds open requests, one text per
 * person, and what the reports say that they hold.
 */
export function runReports({ names, about, write, onStory }: Run): RunningReports {
  const people = createPeople();
  const stories = createStories();
  const wanted = REPORTS.filter(({ name }) => names.includes(name));
  const counting = wanted.map(({ name, columns, open }) => {
    write(name, csvLine(columns));
    return open({ about, people, emit: (...cells) => write(name, csvLine(cells)) });
  });

  return {
    take(noted) {
      people.take(noted);
      const story = stories.take(noted);
      for (const one of counting) one.take?.(noted, story);
      if (story === null || !stories.isOver(story)) return;
      for (const one of counting) one.ended?.(story);
      onStory?.(story);
    },
    finish() {
      const open = stories.open();
      for (const one of counting) one.finish?.(open);
      for (const story of open) onStory?.(story);
    },
  };
}
