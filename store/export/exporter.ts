import type { Anchor } from '../../bot/ports/anchor.ts';
import type { Attestor } from '../../bot/ports/attestor.ts';
import type { Bundle, Exporter, ExportOrder } from '../../bot/ports/exporter.ts';
import { parseOrigin } from '../audit/origin.ts';
import { REPORT_NAMES } from '../audit/reports/run.ts';
import { openSnapshot } from '../sqlite/snapshot.ts';
import { createArchive } from './archive.ts';
import { writeBundle } from './bundle.ts';

/** Each holds a snapshot, and the write-ahead log grows meanwhile. */
const MOST_AT_ONCE = 2;

export interface ExporterOptions {
  readonly database: string;
  readonly folder: string;
  readonly attestor: Attestor;
  readonly anchors: readonly Anchor[];
  readonly verifier: () => Uint8Array;
  readonly software: string;
  readonly onFailed: (cause: Error) => void;
  readonly takenWithinMs?: number;
}

export function createExporter(options: ExporterOptions): Exporter {
  let running = 0;
  return {
    reportNames: REPORT_NAMES,
    hasRoom: () => running < MOST_AT_ONCE,
    start(order): Bundle {
      const verifier = options.verifier();
      const name = bundleName(order);
      const archive = createArchive(name, order.at, options.takenWithinMs);
      const write = async () => {
        const snapshot = openSnapshot(options.database);
        try {
          await writeBundle({ ...options, order, snapshot, archive, verifier, name });
          archive.end();
        } finally {
          snapshot.close();
        }
      };
      running += 1;
      write()
        .catch((cause: unknown) => {
          const failed = cause instanceof Error ? cause : new Error(String(cause));
          archive.fail(failed);
          options.onFailed(failed);
        })
        .finally(() => {
          running -= 1;
        });
      return { name: `${name}.tar.gz`, entries: order.to - order.from + 1, pieces: archive.output };
    },
  };
}

/** Built, and never taken: nothing of a log's name can lead out of the folder. */
export function bundleName({ origin, from, to }: Pick<ExportOrder, 'origin' | 'from' | 'to'>): string {
  const { log, epoch } = parseOrigin(origin) ?? { log: origin, epoch: 0 };
  const safe = log.replaceAll(/[^A-Za-z0-9._-]/g, '_');
  return `audit-${safe}-${epoch}-${from}-${to}`;
}
