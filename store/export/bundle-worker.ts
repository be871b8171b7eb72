import { parentPort, workerData } from 'node:worker_threads';
import type { ExportOrder } from '../../bot/ports/exporter.ts';
import { openAttestor } from '../keys/attestor.ts';
import { openSnapshot } from '../sqlite/snapshot.ts';
import type { AnchorText } from './anchor-spools.ts';
import { createArchive } from './archive.ts';
import { writeBundle } from './bundle.ts';

/** What the thread is given: data alone, since nothing else reaches it. */
export interface WorkerOrder {
  readonly order: ExportOrder;
  readonly name: string;
  readonly database: string;
  readonly folder: string;
  readonly keys: { readonly keyDir: string; readonly pem: string | null };
  readonly verifier: Uint8Array;
  readonly software: string;
  readonly takenWithinMs: number;
  readonly anchors: readonly AnchorText[];
}

/** What it says: pieces in order, then how it ended. It is sent one word for each piece that was taken. */
export type FromWorker =
  | { readonly piece: Uint8Array }
  | { readonly failed: string }
  | { readonly whole: true };

/** So many pieces are on their way at most. */
const MOST_AHEAD = 4;

const { order, name, database, folder, keys, verifier, software, takenWithinMs, anchors } =
  workerData as WorkerOrder;
const say = (message: FromWorker, moved: readonly ArrayBuffer[] = []) =>
  parentPort?.postMessage(message, [...moved]);

let ahead = 0;
let wake = () => {};
parentPort?.on('message', () => {
  ahead -= 1;
  wake();
});

/** Rejects where nobody takes anything for too long: also at the end, when all is written and only waits here. */
function oneTaken(): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('nobody takes the export')), takenWithinMs);
    wake = () => {
      clearTimeout(late);
      resolve();
    };
  });
}

async function send(pieces: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const piece of pieces) {
    // A copy of its own: the memory of a piece is shared with the next one, and cannot be given away.
    const copy = new Uint8Array(piece);
    ahead += 1;
    say({ piece: copy }, [copy.buffer]);
    while (ahead >= MOST_AHEAD) await oneTaken();
  }
}

async function make(): Promise<void> {
  const archive = createArchive(name, order.at, takenWithinMs);
  const write = async () => {
    const snapshot = openSnapshot(database);
    try {
      const attestor = openAttestor(keys.keyDir, keys.pem);
      await writeBundle({ order, snapshot, archive, attestor, anchors, verifier, software, folder, name });
      archive.end();
    } catch (cause) {
      archive.fail(cause instanceof Error ? cause : new Error(String(cause)));
      throw cause;
    } finally {
      snapshot.close();
    }
  };
  // Leaving its loop ends the archive, and with it what writes.
  const sent = send(archive.output);
  await Promise.all([sent, write()]);
}

try {
  await make();
  say({ whole: true });
} catch (cause) {
  say({ failed: cause instanceof Error ? cause.message : String(cause) });
} finally {
  parentPort?.close();
}
