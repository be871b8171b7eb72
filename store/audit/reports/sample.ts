import { createHash } from 'node:crypto';
import { REQUEST_COLUMNS, requestCells, timeCell } from './columns.ts';
import type { Report } from './report.ts';
import type { Story } from './story.ts';

export const SAMPLE_SIZE = 25;

/**
 * Which approved actions are looked at one by one. The seed decides it and nobody can choose it: it is
 * the root of the log. It holds `most` requests, whatever the length of the log.
 */
export interface Selection {
  offer(story: Story): void;
  /** In the order of the draw. */
  drawn(): readonly Story[];
  offered(): number;
}

export function createSelection(seed: string, most: number): Selection {
  let held: { readonly rank: string; readonly story: Story }[] = [];
  let offered = 0;
  const shrink = () => {
    held.sort((a, b) => (a.rank < b.rank ? -1 : 1));
    held = held.slice(0, most);
  };
  return {
    offer(story) {
      if (story.approved === null) return;
      offered += 1;
      held.push({ rank: createHash('sha256').update(`${seed} ${story.id}`).digest('hex'), story });
      if (held.length >= 2 * most) shrink();
    },
    drawn() {
      shrink();
      return held.map(({ story }) => story);
    },
    offered: () => offered,
  };
}

/** Drawn by the log's own root, each with every entry that tells its story, and each of those with its proof. */
export const sample: Report = {
  name: 'sample',
  columns: [...REQUEST_COLUMNS, 'approved_at', 'approved_seq', 'state', 'entries', 'proofs', 'attestation'],
  open({ about, emit }) {
    const selection = createSelection(about.checkpoint.root, SAMPLE_SIZE);
    return {
      ended: selection.offer,
      finish(open) {
        open.forEach(selection.offer);
        for (const { number, subject, approved, state, seqs } of selection.drawn()) {
          const proofs = seqs.map((seq) => `proofs/${seq}.tlog-proof`);
          emit(
            ...requestCells(subject),
            timeCell(approved),
            approved?.seq ?? null,
            state,
            seqs.join(' '),
            proofs.join(' '),
            `attestations/${number}.dsse.json`,
          );
        }
      },
    };
  },
};
