import { readStored } from '../stored-entry.ts';
import { type Previous, toOcsf } from './event.ts';

export interface Lines {
  readonly lines: readonly string[];
  /** The last entry that is in them. */
  readonly seq: number;
  /** What the next lines go on from; nobody else needs to understand it. */
  readonly state: string;
}

/**
 * Entries as lines of OCSF, as many of them as fit, and always the first. `state` is what the lines
 * before left behind, or null where there are none.
 */
export function toOcsfLines(
  entries: readonly { readonly seq: number; readonly bytes: Uint8Array }[],
  state: string | null,
  mostBytes: number,
): Lines | null {
  let previous = state === null ? null : (JSON.parse(state) as Previous);
  const lines: string[] = [];
  let size = 0;
  let last = -1;
  for (const { seq, bytes } of entries) {
    const event = toOcsf({ ...readStored(bytes), bytes }, previous);
    size += Buffer.byteLength(event.line) + 1;
    if (lines.length > 0 && size > mostBytes) break;
    lines.push(event.line);
    previous = event.previous;
    last = seq;
  }
  return previous === null || last === -1 ? null : { lines, seq: last, state: JSON.stringify(previous) };
}
