import type { Disk } from './disk.ts';
import type { Broken } from './step.ts';

/** A crash comes before the write began, at a draw of randomness in the middle of it, or before its answer. */
export type CrashAt = 'before' | 'after' | number;

/** How often the histories reached what. */
export type Reached = Map<string, number>;

export interface Setting {
  readonly disk: Disk;
  readonly template: string;
  readonly checks: ReadonlySet<Broken>;
  readonly reached: Reached;
}
