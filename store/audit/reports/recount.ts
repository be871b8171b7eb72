import { createHash, type Hash } from 'node:crypto';
import type { Noted } from './noted.ts';
import type { About } from './report.ts';
import { runReports } from './run.ts';

/** The digests that the files of these reports must have, made again from the entries. */
export interface Recount {
  take(noted: Noted): void;
  /** Name → SHA-256 of its CSV, in hex. */
  finish(): ReadonlyMap<string, string>;
}

/** For whoever checks a bundle. It holds what the reports hold, and none of their text. */
export function recountReports(names: readonly string[], about: About): Recount {
  const hashes = new Map<string, Hash>();
  const running = runReports({
    names,
    about,
    write(name, csv) {
      const hash = hashes.get(name) ?? createHash('sha256');
      hashes.set(name, hash.update(csv));
    },
  });
  return {
    take: running.take,
    finish() {
      running.finish();
      return new Map([...hashes].map(([name, hash]) => [name, hash.digest('hex')]));
    },
  };
}
