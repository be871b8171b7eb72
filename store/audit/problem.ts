/** What is wrong, and with which entry; null where the input is too far off to have a number. */
export interface Problem {
  readonly seq: number | null;
  readonly why: string;
}

/** Which of the checks found it. */
export type Area =
  | 'signature'
  | 'bytes'
  | 'chain'
  | 'root'
  | 'texts'
  | 'replay'
  | 'tables'
  | 'reports'
  | 'bundle'
  | 'anchor';

/** A problem, and which check found it. */
export interface Found {
  readonly area: Area;
  readonly problem: Problem;
  /** It lies anywhere from there to before this entry; a check that looks closer may say where. */
  readonly before?: number;
}

export function found(area: Area, seq: number | null, why: string): Found {
  return { area, problem: { seq, why } };
}

/** What has no number is about the log as a whole, and comes first. */
export function earliest(all: readonly Found[]): Found | null {
  const seqOf = ({ problem }: Found) => problem.seq ?? -1;
  const closer = all.filter(({ before }) => before === undefined).map(seqOf);
  const isNamedCloser = ({ before, ...one }: Found) =>
    before !== undefined && closer.some((seq) => seq >= seqOf(one) && seq < before);
  const exact = all.filter((one) => !isNamedCloser(one));
  return exact.reduce<Found | null>((a, b) => (a === null || seqOf(b) < seqOf(a) ? b : a), null);
}

/** What it means, for somebody who does not know the format. A new check that has no words does not compile. */
export const MEANING: Readonly<Record<Area, string>> = {
  signature:
    'Nobody who holds the key that you trust has signed this. It is another log, or one that was written anew.',
  bytes: 'This line was changed after it was written.',
  chain: 'Here entries were changed, removed, added or moved after they were written.',
  root: 'The entries from here on are not those that were signed. Somebody wrote this part of the log anew.',
  texts: 'A text was changed or taken away, and no entry of the log says so.',
  replay:
    'Hashes can be computed by anybody; what they say here cannot have happened. Somebody wrote this part of the log anew, or the software that wrote it let through what it must not.',
  tables: 'The database says something else than the log. The log is the evidence; the tables were changed.',
  reports: 'A report is not what the entries say. The entries are the evidence; the report was changed.',
  bundle: 'A file of this bundle was changed, added or taken away after the export.',
  anchor: 'What you hold from outside shows another log than this one, or a longer one.',
};
