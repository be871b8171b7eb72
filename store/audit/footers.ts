import type { Footer } from './find-notes.ts';
import { type Found, found } from './problem.ts';

/** What people saw under cards, held against the entries. */
export interface FooterCheck {
  take(seq: number, leaf: Uint8Array): void;
  /** `size`: so many entries there are. `isWhole`: all of them were read. */
  problems(size: number, isWhole: boolean): readonly Found[];
  /** Entries that a footer confirms: its own, and by the chain all before it. */
  confirmed(): number;
}

export function createFooterCheck(
  outside: readonly { readonly name: string; readonly footers: readonly Footer[] }[],
): FooterCheck {
  const all = outside.flatMap(({ name, footers }) => footers.map((footer) => ({ ...footer, name })));
  const bySeq = new Map<number, readonly (typeof all)[number][]>();
  for (const footer of all) bySeq.set(footer.seq, [...(bySeq.get(footer.seq) ?? []), footer]);
  const wrong: Found[] = [];
  let confirmed = 0;
  return {
    take(seq, leaf) {
      const told = bySeq.get(seq);
      if (told === undefined) return;
      const own = Buffer.from(leaf).toString('hex', 0, 4);
      const other = told.find(({ hash8 }) => hash8 !== own);
      if (other === undefined) confirmed = Math.max(confirmed, seq + 1);
      else
        wrong.push(found('anchor', seq, `its hash begins with ${own}, and ${other.name} has ${other.hash8}`));
    },
    problems(size, isWhole) {
      const beyond = all.find(({ seq }) => seq >= size);
      if (beyond === undefined || !isWhole) return wrong;
      return [...wrong, found('anchor', size, `it is missing: ${beyond.name} tells of entry ${beyond.seq}`)];
    },
    confirmed: () => confirmed,
  };
}
