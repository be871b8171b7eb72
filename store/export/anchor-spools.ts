import type { Anchor } from '../../bot/ports/anchor.ts';
import { openSpool, type Spool } from './spool.ts';

/** What an anchor holds, in a file without a name that the whole process can read; or that it could not be read. */
export type AnchorText =
  | { readonly id: string; readonly file: number; readonly size: number }
  | { readonly id: string; readonly file: null };

const MOST_ANCHOR_BYTES = 16 * 1024 * 1024;

/** What the anchors hold that can be read. It shows the exporter's own honesty, and is no outside evidence. */
export async function readAnchors(
  anchors: readonly Anchor[],
  folder: string,
): Promise<{ readonly told: readonly AnchorText[]; readonly close: () => void }> {
  const spools: Spool[] = [];
  const told: AnchorText[] = [];
  for (const { id, lines } of anchors) {
    if (lines === null) continue;
    const spool = openSpool(folder);
    spools.push(spool);
    try {
      let size = 0;
      for await (const line of lines()) {
        size += Buffer.byteLength(line) + 1;
        if (size > MOST_ANCHOR_BYTES) break;
        spool.write(`${line}\n`);
      }
      told.push({ id, file: spool.file, size: spool.size() });
    } catch {
      // One that is out of reach must not keep the rest from an auditor. The bundle says that it is missing.
      told.push({ id, file: null });
    }
  }
  return {
    told,
    close: () => {
      for (const spool of spools) spool.close();
    },
  };
}
