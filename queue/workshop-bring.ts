import { closeSync, openSync, readSync, rmSync } from 'node:fs';
import type { Released } from '../bot/ports/home.ts';
import type { OutputFile } from './executors/output.ts';
import type { Sink } from './worker.ts';

const PART_BYTES = 96 * 1024;
const EVERY_MS = 250;
const PAUSE_MS = 1_000;
const LAST_TRIES = 10;
/** So often in a row the other side may keep nothing of what it is sent. */
const MOST_STALLS = 3;

/**
 * Takes one part of what was printed to where it is kept, and answers how much is there by then. Null
 * when it is not wanted there any more. MAY reject; then it is sent again.
 */
export type Send = (claimed: Released, offset: number, bytes: Uint8Array) => Promise<number | null>;

/**
 * What an action prints on a machine that keeps nothing: through a file, so that a bot that is away
 * costs no memory and loses nothing. The file goes when all of it has been brought, or has had its time.
 */
export function bringing(send: Send, sleep: (ms: number) => Promise<void>) {
  return (claimed: Released, file: OutputFile, path: string): Sink => {
    let sent = 0;
    let stalls = 0;
    let isUnwanted = false;
    let isClosed = false;
    let running: Promise<void> | null = null;

    const sendRest = async () => {
      while (sent < file.written && !isUnwanted) {
        const kept = await send(claimed, sent, partOf(path, sent));
        stalls = kept !== null && kept > sent ? 0 : stalls + 1;
        isUnwanted = kept === null || stalls > MOST_STALLS;
        sent = kept ?? sent;
      }
    };
    const sendWhileItGrows = async () => {
      while (!isClosed && sent < file.written && !isUnwanted) {
        await sleep(EVERY_MS);
        await sendRest().catch(() => sleep(PAUSE_MS));
      }
      running = null;
    };
    return {
      write(bytes) {
        file.write(bytes);
        running ??= sendWhileItGrows();
      },
      async close() {
        const output = file.close();
        isClosed = true;
        await running;
        for (let tries = 0; output !== null && tries < LAST_TRIES; tries += 1) {
          const isDone = await sendRest().then(
            () => true,
            () => false,
          );
          if (isDone) break;
          await sleep(PAUSE_MS);
        }
        rmSync(path, { force: true });
        return output;
      },
    };
  };
}

function partOf(path: string, offset: number): Uint8Array {
  const handle = openSync(path, 'r');
  try {
    const part = Buffer.alloc(PART_BYTES);
    return part.subarray(0, readSync(handle, part, 0, PART_BYTES, offset));
  } finally {
    closeSync(handle);
  }
}
