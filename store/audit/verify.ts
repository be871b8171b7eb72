import type { JsonObject } from '../../bot/core/canonical-json.ts';
import { createChain, type Doubt, type Problem, settleDoubt } from './chain.ts';
import { commitment } from './entry.ts';
import { readFixedPoint } from './fixed-point.ts';
import { createReplay, type Replayed } from './replay.ts';
import { type LoggedEntry, readEntry } from './replay-shape.ts';

/** What a database holds beside the bytes of an entry. */
export interface Beside {
  readonly seq: number;
  readonly prev: Uint8Array;
  readonly type: string;
  readonly request: number | null;
  /** The texts that are still there for this entry. */
  readonly disclosures: readonly {
    readonly field: string;
    readonly salt: Uint8Array;
    readonly value: string;
  }[];
}

/** The state that stands beside a log in its database. Each answers why it disagrees with the log, or null. */
export interface Tables {
  /** Called once per request: when it is over, or for an open one at the end of the log. */
  compare(request: Replayed): string | null;
  /** Called at the end, before the open requests are compared. */
  rest(log: End): Problem | null;
}

/** What the whole log amounts to. */
export interface End {
  readonly lastSeq: number;
  readonly requests: number;
  readonly frozen: ReadonlyMap<string, ReadonlySet<string>>;
  readonly policy: string | null;
  /** Request number → whose broken glass waits for its review. */
  /** Person → accounts they have linked. */
  readonly links: ReadonlyMap<string, number>;
  readonly unreviewed: ReadonlyMap<number, { readonly person: string; readonly dueAt: number }>;
}

export interface VerifyOptions {
  /** Left out for an export, which has none. With tables a log must be there from its first entry on. */
  readonly tables?: Tables;
}

export interface Verdict {
  /** False when the input is no log at all; `problem` says why. */
  readonly usable: boolean;
  /** The first thing that is wrong, or null. */
  readonly problem: Problem | null;
  /** Entries that were found sound before that. */
  readonly entries: number;
  readonly firstSeq: number | null;
  readonly lastSeq: number | null;
  /** Leaf hash of the last sound entry, in hex. */
  readonly lastHash: string | null;
  readonly requests: number;
  /** Texts that an entry commits to and that are not there. Always 0 without tables. */
  readonly missingTexts: number;
  /** Entries about requests that began before the first entry. */
  readonly unreplayed: number;
  /** Whether texts and tables were compared as well. */
  readonly hasTables: boolean;
}

export interface Verifier {
  /** The bytes of the next entry. False when it is settled that the log is not sound. */
  take(bytes: Uint8Array, beside?: Beside): boolean;
  finish(): Verdict;
  /** Instead of `finish`, where the next entry cannot be read at all. */
  giveUp(why: string): Verdict;
}

export async function verifyEntries(
  lines: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  options: VerifyOptions = {},
): Promise<Verdict> {
  const verifier = createVerifier(options);
  if (Symbol.iterator in lines) {
    for (const bytes of lines) if (!verifier.take(bytes)) break;
  } else {
    for await (const bytes of lines) if (!verifier.take(bytes)) break;
  }
  return verifier.finish();
}

/** Entry by entry, in the order that each check relies on: bytes, chain, texts, replay. */
export function createVerifier({ tables }: VerifyOptions = {}): Verifier {
  const chain = createChain(tables !== undefined);
  let replay: ReturnType<typeof createReplay> | null = null;
  let problem: Problem | null = null;
  let doubt: Doubt | null = null;
  let usable = true;
  let entries = 0;
  let missingTexts = 0;

  const fail = (found: Problem): false => {
    problem = found;
    return false;
  };

  /** Nothing came before: either the log was changed here, or this is no log. */
  const failUnread = (bytes: Uint8Array, why: string): false => {
    if (chain.first() !== null || tables !== undefined) return fail({ seq: chain.expected(), why });
    usable = looksLikeEntry(bytes);
    return fail(
      usable ? { seq: readSeq(bytes), why } : { seq: null, why: `its first line is no entry: ${why}` },
    );
  };

  const verdict = (): Verdict => ({
    usable,
    problem,
    entries,
    firstSeq: entries === 0 ? null : chain.first(),
    lastSeq: entries === 0 ? null : chain.expected() - 1,
    lastHash: entries === 0 ? null : Buffer.from(chain.hash(), 'base64').toString('hex'),
    requests: replay?.requests() ?? 0,
    missingTexts,
    unreplayed: replay?.unreplayed() ?? 0,
    hasTables: tables !== undefined,
  });

  const replayed = (entry: LoggedEntry): string | null => {
    replay ??= createReplay(entry.seq === 0, (request) => tables?.compare(request) ?? null);
    return replay.take(entry);
  };

  return {
    take(bytes, beside) {
      if (problem !== null) return false;
      if (doubt !== null) return fail(settleDoubt(doubt, prevOf(bytes)));
      const read = readFixedPoint(bytes);
      if ('why' in read) return failUnread(bytes, read.why);
      const column = beside === undefined ? null : columnProblem(read.entry, beside);
      if (column !== null) return fail({ seq: chain.expected(), why: column });
      const followed = chain.follow(read.entry, bytes);
      if ('doubt' in followed) {
        doubt = followed.doubt;
        return true;
      }
      if ('problem' in followed) {
        return looksLikeEntry(bytes) ? fail(followed.problem) : failUnread(bytes, followed.problem.why);
      }
      const { seq } = followed.link;
      const entry = readEntry(read.entry, followed.link);
      if (typeof entry === 'string') return fail({ seq, why: entry });
      const texts = beside === undefined ? 0 : countMissing(entry.d, beside.disclosures);
      if (typeof texts === 'string') return fail({ seq, why: texts });
      missingTexts += texts;
      const why = replayed(entry);
      if (why !== null) return fail({ seq, why });
      entries += 1;
      return true;
    },
    giveUp(why) {
      problem ??= { seq: chain.expected(), why };
      return verdict();
    },
    finish() {
      if (doubt !== null && problem === null) problem = settleDoubt(doubt, undefined);
      const lastSeq = entries === 0 ? null : chain.expected() - 1;
      if (problem === null && lastSeq === null) {
        usable = false;
        problem = { seq: null, why: 'there is no entry in it' };
      }
      if (problem === null && lastSeq !== null && tables !== undefined && replay !== null) {
        problem = endProblem(tables, replay, lastSeq);
      }
      return verdict();
    },
  };
}

/** What only shows once the last entry is known: above all that it is not the last one there was. */
function endProblem(
  tables: Tables,
  replay: ReturnType<typeof createReplay>,
  lastSeq: number,
): Problem | null {
  if (replay.isMidway())
    return { seq: lastSeq + 1, why: 'it is missing: the log ends in the middle of a step' };
  const end = {
    lastSeq,
    requests: replay.requests(),
    frozen: replay.frozen(),
    policy: replay.policy(),
    unreviewed: replay.unreviewed(),
    links: replay.links(),
  };
  const rest = tables.rest(end);
  if (rest !== null) return rest;
  for (const request of replay.open()) {
    const why = tables.compare(request);
    if (why !== null) return { seq: request.seq, why };
  }
  return null;
}

/** The columns are copies that queries use. A copy that says something else misleads whoever reads it. */
function columnProblem(entry: JsonObject, { seq, prev, type, request }: Beside): string | null {
  const { subject } = entry;
  const number =
    typeof subject === 'object' && subject !== null && 'number' in subject ? subject['number'] : null;
  if (entry['seq'] !== seq) return 'the column seq is not that of its bytes';
  if (entry['prev'] !== Buffer.from(prev.buffer, prev.byteOffset, prev.byteLength).toString('base64')) {
    return 'the column prev is not that of its bytes';
  }
  if (entry['type'] !== type) return 'the column type is not that of its bytes';
  return number === request ? null : 'the column request is not that of its bytes';
}

/** How many texts are gone. One that is there must be the one that was committed to. */
function countMissing(d: LoggedEntry['d'], disclosures: Beside['disclosures']): number | string {
  for (const { field, salt, value } of disclosures) {
    if (!Object.hasOwn(d, field)) return 'a text stands beside it that it does not commit to';
    if (commitment(salt, value) !== d[field]) return `its ${field} is not the text that it commits to`;
  }
  return Object.keys(d).length - disclosures.length;
}

/** One changed byte hides one of these at most. */
function looksLikeEntry(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return text.includes('"prev":"') || text.includes('"seq":');
}

function readSeq(bytes: Uint8Array): number {
  return Number(/"seq":(\d{1,15})[,}]/.exec(Buffer.from(bytes).toString('latin1'))?.[1] ?? 0);
}

function prevOf(bytes: Uint8Array): unknown {
  const read = readFixedPoint(bytes);
  return 'entry' in read ? read.entry['prev'] : undefined;
}
