import type { Draft } from './draft.ts';
import type { Path } from './problem.ts';

/** What every check of the whole file is given. */
export interface Check {
  readonly draft: Draft;
  readonly report: (path: Path, message: string) => void;
}
