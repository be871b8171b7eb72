import type { JsonObject } from '../../bot/core/canonical-json.ts';
import { readIsoTime, toIsoTime } from '../../bot/core/instant.ts';
import type { Instant } from '../../bot/core/request.ts';
import { sha256Base64 } from '../../bot/core/sha256.ts';
import { GENESIS_PREV } from './entry.ts';
import { MOST_BYTES } from './fixed-point.ts';
import { parseOrigin } from './origin.ts';
import type { Problem } from './problem.ts';

/**
 * The hash that an entry names is not the hash of the entry before it. Which of the two was changed
 * shows in the one that comes next: it names the hash that the later one had.
 */
export interface Doubt {
  readonly seq: number;
  readonly hash: string;
}

interface Link {
  readonly seq: number;
  readonly prev: string;
  readonly at: Instant;
}

export type Followed = { readonly link: Link } | { readonly problem: Problem } | { readonly doubt: Doubt };

const NO_PREV = Buffer.from(GENESIS_PREV).toString('base64');

/** Where a log begins whose older entries were pruned, and the hash that is kept of the last of those. */
export interface Beginning {
  readonly seq: number;
  readonly prev: string;
}

/** One log, first entry to last: origin, sequence, hash chain, time. It holds the end of the chain only. */
export function createChain(mustBeginAt0: boolean, after: Beginning | null = null) {
  let origin: string | null = null;
  let first: number | null = null;
  let next = 0;
  let head = NO_PREV;
  let told = '';
  let at: Instant = 0;

  const wrong = (seq: number, why: string): Followed => ({ problem: { seq, why } });

  /** A log that is cut at its beginning is taken from there on; it cannot show what its first `prev` stands for. */
  const begin = (seq: number, prev: string, log: string): Followed | null => {
    const epoch = parseOrigin(log)?.epoch;
    if (epoch === undefined) return wrong(seq, 'its log is no name with an epoch');
    if (!isHash(prev)) return wrong(seq, 'its prev is no SHA-256');
    if (after !== null && seq !== after.seq)
      return wrong(after.seq, `it is missing; the log begins at ${seq}`);
    if (after !== null && prev !== after.prev)
      return wrong(seq, 'its prev is not the hash that was kept of the entry before it');
    if (seq > 0 && mustBeginAt0 && after === null) return wrong(0, `it is missing; the log begins at ${seq}`);
    if (seq > 0 && prev === NO_PREV)
      return wrong(0, `its prev says that it is the first, its seq says ${seq}`);
    if (seq === 0 && prev !== NO_PREV)
      return wrong(0, 'its prev is not 32 zero bytes, as it is in the first entry');
    if (seq === 0 && epoch !== 1)
      return wrong(0, 'its log is not in its first epoch, as it is in the first entry');
    first = seq;
    next = seq;
    head = prev;
    return null;
  };

  return {
    follow(entry: JsonObject, bytes: Uint8Array): Followed {
      const { v, log, seq, prev, ts } = entry;
      if (v !== 1) return wrong(next, 'its format is not version 1');
      if (
        typeof log !== 'string' ||
        typeof seq !== 'number' ||
        typeof prev !== 'string' ||
        typeof ts !== 'string' ||
        seq < 0
      ) {
        return wrong(next, 'it has no log, seq, prev and ts as an entry has');
      }
      const isEpoch = entry['type'] === 'log.epoch_opened';
      if (origin !== null && (isEpoch || log !== origin) && !(isEpoch && isNextEpoch(origin, log, entry))) {
        // The second entry is the first that can differ. Its prev tells which of the two was changed.
        const isSecond = first !== null && next === first + 1;
        return wrong(isSecond && prev !== head ? next - 1 : next, 'its log is not the log of the others');
      }
      if (first === null) {
        const refused = begin(seq, prev, log);
        if (refused !== null) return refused;
      }
      if (seq !== next) return wrong(next, `entry ${seq} stands where entry ${next} belongs`);
      const own = leafHashBase64(bytes);
      if (prev !== head) return { doubt: { seq, hash: own } };
      if (ts !== told) {
        const then = readIsoTime(ts);
        if (Number.isNaN(then) || toIsoTime(then) !== ts)
          return wrong(seq, 'its ts is not a time in UTC with milliseconds');
        if (then < at) return wrong(seq, 'its ts is before that of the entry before it');
        at = then;
        told = ts;
      }
      origin = log;
      head = own;
      next = seq + 1;
      return { link: { seq, prev, at } };
    },
    /** The log's name and epoch at the newest entry, or null before the first. */
    origin: () => origin,
    /** The number that the next entry should have. */
    expected: () => next,
    first: () => first,
    /** Leaf hash of the last entry that follows. */
    hash: () => head,
  };
}

/** Who was changed, as far as the entry after the two tells; without one, the earlier is named. */
export function settleDoubt({ seq, hash }: Doubt, prevOfNext: unknown): Problem {
  if (typeof prevOfNext === 'string' && prevOfNext !== hash) {
    return { seq, why: `its prev is not the hash of entry ${seq - 1}` };
  }
  return { seq: seq - 1, why: `its bytes are not those that entry ${seq} was chained to` };
}

/** An epoch goes on where the one before it ended, and says which it is. */
function isNextEpoch(origin: string, log: string, { data }: JsonObject): boolean {
  const [before, after] = [parseOrigin(origin), parseOrigin(log)];
  const told = typeof data === 'object' && data !== null && 'epoch' in data ? data['epoch'] : null;
  return before?.log === after?.log && before?.epoch === Number(told) - 1 && after?.epoch === told;
}

function isHash(prev: string): boolean {
  const bytes = Buffer.from(prev, 'base64');
  return bytes.length === 32 && bytes.toString('base64') === prev;
}

/** As `leafHash`, over one copy: that is half of its time. */
const SCRATCH = Buffer.alloc(1 + MOST_BYTES);
function leafHashBase64(bytes: Uint8Array): string {
  SCRATCH.set(bytes, 1);
  return sha256Base64(SCRATCH.subarray(0, 1 + bytes.length));
}
