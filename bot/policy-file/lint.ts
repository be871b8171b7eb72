import type { Path } from './problem.ts';
import type { PolicyFile } from './schema.ts';

/** What every lint of a sound file is given. */
export interface Lint {
  readonly file: PolicyFile;
  readonly warn: (path: Path, message: string) => void;
}
