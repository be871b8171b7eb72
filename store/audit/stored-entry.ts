import type { JsonObject } from '../../bot/core/canonical-json.ts';
import { KeyturnFault } from '../../bot/core/fault.ts';
import { readIsoTime } from '../../bot/core/instant.ts';
import { readFixedPoint } from './fixed-point.ts';
import { type LoggedEntry, readEntry } from './replay-shape.ts';

/** One of our own entries, read back. */
export interface StoredEntryRead {
  readonly entry: LoggedEntry;
  readonly log: string;
  readonly id: string;
  readonly software: string;
}

/**
 * Reads what this installation wrote itself. Whether it is still what was written, the verifier says;
 * what cannot be read at all is a fault here, and nothing is passed on in its place.
 */
export function readStored(bytes: Uint8Array): StoredEntryRead {
  const read = readFixedPoint(bytes);
  if ('why' in read) throw unreadable(null, read.why);
  const { seq, ts, log, id, sw } = read.entry as JsonObject & Readonly<Record<string, string | number>>;
  if (typeof seq !== 'number' || typeof ts !== 'string') throw unreadable(null, 'it has no seq and ts');
  const entry = readEntry(read.entry, { seq, at: readIsoTime(ts) });
  if (typeof entry === 'string') throw unreadable(seq, entry);
  return { entry, log: String(log), id: String(id), software: String(sw) };
}

function unreadable(seq: number | null, why: string): KeyturnFault {
  return new KeyturnFault('LOG_UNREADABLE', `entry ${seq ?? 'of unknown number'} cannot be read: ${why}`);
}
