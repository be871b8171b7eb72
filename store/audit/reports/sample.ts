import { createHash } from 'node:crypto';
import { REQUEST_COLUMNS, requestCells, timeCell } from './columns.ts';
import type { Report } from './report.ts';
import type { Story } from './story.ts';

export const SAMPLE_SIZE = 25;
/** So many more are held between two looks at which of them are drawn. */
const SPARE = 100;

/** What is still needed of a request that was drawn. Its demands are most of it, and are not. */
export type DrawnStory = Pick<Story, 'number' | 'id' | 'subject' | 'approved' | 'broken' | 'state' | 'seqs'>;

/**
 * Which approved actions are looked at one by one. The seed decides it and nobody can choose it: it is
 * the root of the log. It holds `most` requests, whatever the length of the log.
 */
export interface Selection {
  offer(story: Story): void;
  /** In the order of the draw. */
  drawn(): readonly DrawnStory[];
  offered(): number;
}

export function createSelection(seed: string, most: number): Selection {
  let held: { readonly rank: string; readonly story: DrawnStory }[] = [];
  let offered = 0;
  /** What ranks after it is not drawn any more, and not held on to either. */
  let last: string | null = null;
  const shrink = () => {
    held.sort((a, b) => (a.rank < b.rank ? -1 : 1));
    held = held.slice(0, most);
    last = held.length === most ? (held.at(-1)?.rank ?? null) : null;
  };
  return {
    offer(story) {
      if (story.approved === null) return;
      offered += 1;
      const rank = createHash('sha256').update(`${seed} ${story.id}`).digest('hex');
      if (last !== null && rank > last) return;
      const { number, id, subject, approved, broken, state, seqs } = story;
      held.push({ rank, story: { number, id, subject, approved, broken, state, seqs } });
      if (held.length >= most + SPARE) shrink();
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
