import { createHash } from 'node:crypto';
import type { Beside } from './beside.ts';
import type { Manifest } from './manifest.ts';
import type { LoggedEntry } from './replay-shape.ts';
import { REPORT_NAMES, runReports } from './reports/run.ts';

/** The reports of a bundle, made once more. Of each only its size and SHA-256 are kept. */
export interface Recount {
  take(entry: LoggedEntry, beside: Beside | undefined): void;
  /** The first report that is not what the entries say, or null. */
  problem(sums: ReadonlyMap<string, { readonly bytes: number; readonly sha256: string }>): string | null;
}

export function createRecount(manifest: Manifest): Recount | { readonly why: string } {
  const { log, from, to, checkpoint, reports } = manifest;
  const unknown = reports.names.find((name) => !REPORT_NAMES.includes(name));
  if (unknown !== undefined)
    return { why: `manifest.json names a report ${unknown}, which this version does not know` };
  const made = new Map(reports.names.map((name) => [name, { hash: createHash('sha256'), bytes: 0 }]));
  const running = runReports({
    names: reports.names,
    about: { log, from, to, checkpoint, fastSeconds: reports.fastSeconds },
    write(name, csv) {
      const one = made.get(name);
      if (one === undefined) return;
      one.hash.update(csv);
      one.bytes += Buffer.byteLength(csv);
    },
  });
  return {
    take: (entry, beside) => running.take({ entry, texts: textsOf(beside) }),
    problem(sums) {
      running.finish();
      for (const [name, { hash, bytes }] of made) {
        const path = `reports/${name}.csv`;
        const file = sums.get(path);
        if (file === undefined) return `${path} is missing`;
        if (file.bytes !== bytes || file.sha256 !== hash.digest('hex'))
          return `${path} is not what the entries say`;
      }
      const extra = [...sums.keys()].find(
        (path) => path.startsWith('reports/') && !made.has(path.slice(8, -4)),
      );
      return extra === undefined ? null : `${extra} is a report that the manifest does not name`;
    },
  };
}

function textsOf(beside: Beside | undefined): Readonly<Record<string, string>> {
  if (beside === undefined || beside.texts.length === 0) return NO_TEXTS;
  return Object.fromEntries(beside.texts.map(({ field, value }) => [field, textOf(value)]));
}

const NO_TEXTS: Readonly<Record<string, string>> = {};

/** Every text that we write is a string. */
function textOf(value: string): string {
  const read: unknown = JSON.parse(value);
  return typeof read === 'string' ? read : value;
}
