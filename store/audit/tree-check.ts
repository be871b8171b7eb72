import { type CompactRange, createCompactRange } from './merkle.ts';

/** A root that somebody signed, and over how many entries. */
export interface Claim {
  readonly size: number;
  readonly root: Uint8Array;
}

export interface TreeCheck<C extends Claim> {
  /** The next leaf hash. */
  append(leaf: Uint8Array): void;
  size(): number;
  root(): Uint8Array;
  /** For each claim: whether the entries have that root, or null where there are fewer of them. */
  held(): ReadonlyMap<C, boolean | null>;
}

/** Grows the tree leaf by leaf, and looks at each claim when it is that long. */
export function createTreeCheck<C extends Claim>(claims: readonly C[]): TreeCheck<C> {
  const range: CompactRange = createCompactRange();
  const waiting = [...claims].sort((a, b) => a.size - b.size);
  const held = new Map<C, boolean | null>(claims.map((claim) => [claim, null]));
  let next = 0;

  const look = () => {
    for (let claim = waiting[next]; claim?.size === range.size(); claim = waiting[next]) {
      held.set(claim, Buffer.compare(claim.root, range.root()) === 0);
      next += 1;
    }
  };
  look();
  return {
    append(leaf) {
      range.append(leaf);
      if (waiting[next]?.size === range.size()) look();
    },
    size: range.size,
    root: range.root,
    held: () => held,
  };
}
