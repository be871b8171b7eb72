import { Worker } from 'node:worker_threads';
import type { Anchor } from '../../bot/ports/anchor.ts';
import type { Bundle, Exporter, ExportOrder } from '../../bot/ports/exporter.ts';
import { parseOrigin } from '../audit/origin.ts';
import { REPORT_NAMES } from '../audit/reports/run.ts';
import { readAnchors } from './anchor-spools.ts';
import type { FromWorker, WorkerOrder } from './bundle-worker.ts';

/** Each holds a snapshot, and the write-ahead log grows meanwhile. */
const MOST_AT_ONCE = 2;
/** Whoever takes nothing for so long has gone away; what they hold up must not wait for ever. */
const TAKEN_WITHIN_MS = 60_000;
/**
 * A long export makes much that is thrown away at once. In a heap of its own it is thrown away soon, and
 * whoever waits for an answer of this process does not wait for that.
 */
const MEMORY = { maxYoungGenerationSizeMb: 6, maxOldGenerationSizeMb: 256 } as const;

export interface ExporterOptions {
  readonly database: string;
  readonly folder: string;
  /** Where the key that signs attestations is; `pem` is that key, where the environment has it. */
  readonly keys: { readonly keyDir: string; readonly pem: string | null };
  readonly anchors: readonly Anchor[];
  readonly verifier: () => Uint8Array;
  /** `bundle-worker.js`, as the build made it. */
  readonly worker: string;
  readonly software: string;
  readonly onFailed: (cause: Error) => void;
  readonly takenWithinMs?: number;
}

export function createExporter(options: ExporterOptions): Exporter {
  const { database, folder, keys, software, takenWithinMs = TAKEN_WITHIN_MS } = options;
  let running = 0;
  const start = async (order: ExportOrder, name: string): Promise<Worker> => {
    const anchors = await readAnchors(options.anchors, folder);
    const workerData: WorkerOrder = {
      order,
      name,
      database,
      folder,
      keys,
      verifier: options.verifier(),
      software,
      takenWithinMs,
      anchors: anchors.told,
    };
    const worker = new Worker(options.worker, { workerData, resourceLimits: MEMORY });
    worker.once('exit', anchors.close);
    return worker;
  };
  return {
    reportNames: REPORT_NAMES,
    hasRoom: () => running < MOST_AT_ONCE,
    start(order): Bundle {
      const name = bundleName(order);
      running += 1;
      const making = start(order, name);
      // Also where nobody ever reads of it.
      const heard = making.then(hear);
      heard
        .then(({ ended }) => ended)
        .catch(options.onFailed)
        .finally(() => {
          running -= 1;
        });
      return { name: `${name}.tar.gz`, entries: order.to - order.from + 1, pieces: piecesOf(heard) };
    },
  };
}

interface Heard {
  readonly worker: Worker;
  /** Settles when the thread is over: rejects when the bundle is not whole. */
  readonly ended: Promise<void>;
  /** The next piece, or null at the end. */
  next(): Promise<Uint8Array | null>;
}

function hear(worker: Worker): Heard {
  const waiting: Uint8Array[] = [];
  let isWhole = false;
  let failed = new Error('the export was cut off');
  let wake = () => {};
  const ended = new Promise<void>((resolve, reject) => {
    worker.on('message', (message: FromWorker) => {
      if ('piece' in message) waiting.push(message.piece);
      else if ('failed' in message) failed = new Error(message.failed);
      else isWhole = true;
      wake();
    });
    worker.on('error', (cause: Error) => {
      failed = cause;
    });
    worker.once('exit', () => (isWhole ? resolve() : reject(failed)));
  });
  ended.catch(() => undefined).finally(() => wake());
  return {
    worker,
    ended,
    async next() {
      for (;;) {
        const piece = waiting.shift();
        if (piece !== undefined) return piece;
        if (isWhole) return null;
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        await Promise.race([woken, ended]);
      }
    },
  };
}

/** Whoever stops reading ends the thread. */
async function* piecesOf(heard: Promise<Heard>): AsyncIterable<Uint8Array> {
  const { worker, next } = await heard;
  try {
    for (;;) {
      const piece = await next();
      if (piece === null) return;
      yield piece;
      worker.postMessage('taken');
    }
  } finally {
    await worker.terminate();
  }
}

/** Built, and never taken: nothing of a log's name can lead out of the folder. */
export function bundleName({ origin, from, to }: Pick<ExportOrder, 'origin' | 'from' | 'to'>): string {
  const { log, epoch } = parseOrigin(origin) ?? { log: origin, epoch: 0 };
  const safe = log.replaceAll(/[^A-Za-z0-9._-]/g, '_');
  return `audit-${safe}-${epoch}-${from}-${to}`;
}
