import { type Beside, columnProblem, createAbsences, textProblem } from './beside.ts';
import { createChain, type Doubt, settleDoubt } from './chain.ts';
import { readFixedPoint } from './fixed-point.ts';
import type { Area, Problem } from './problem.ts';
import { createReplay, type Replayed } from './replay.ts';
import { type LoggedEntry, readEntry } from './replay-shape.ts';

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
  /** The verifier key that checkpoints are signed by from here on. */
  readonly key: string | null;
}

export interface VerifyOptions {
  /** Left out for an export, which has none. With tables a log must be there from its first entry on. */
  readonly tables?: Tables;
  /** The entries go on after the last one here, so what accounts for a missing text may come there. */
  readonly goesOn?: boolean;
  /** Hashes and texts only. What the entries say is then believed. */
  readonly withoutReplay?: boolean;
  /** Told of each entry that was found sound, with its leaf hash and what stands beside it. */
  readonly onEntry?: (entry: LoggedEntry, leaf: Uint8Array, beside: Beside | undefined) => void;
}

export interface Verdict {
  /** False when the input is no log at all; `problem` says why. */
  readonly usable: boolean;
  /** The first thing that is wrong, or null, and which check found it. */
  readonly problem: Problem | null;
  readonly area: Area | null;
  /** Entries that were found sound before that. */
  readonly entries: number;
  readonly firstSeq: number | null;
  readonly lastSeq: number | null;
  /** Leaf hash of the last sound entry, in hex. */
  readonly lastHash: string | null;
  /** The log's name and epoch at the last sound entry. */
  readonly origin: string | null;
  readonly requests: number;
  /** Texts that an entry commits to and that are not there. Always 0 for bare entries. */
  readonly missingTexts: number;
  /** The first of them that no entry says was erased. */
  readonly absent: Problem | null;
  /** Entries about requests that began before the first entry. */
  readonly unreplayed: number;
  /** Whether texts, and tables, were compared as well. */
  readonly hasTexts: boolean;
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
export function createVerifier({
  tables,
  goesOn = false,
  withoutReplay = false,
  onEntry,
}: VerifyOptions = {}): Verifier {
  const chain = createChain(tables !== undefined);
  const absences = createAbsences();
  let replay: ReturnType<typeof createReplay> | null = null;
  let problem: Problem | null = null;
  let area: Area | null = null;
  let doubt: Doubt | null = null;
  let usable = true;
  let entries = 0;
  let hasTexts = false;
  let isOfTables = false;

  const fail = (where: Area, found: Problem): false => {
    problem = found;
    area = where;
    return false;
  };

  /** Nothing came before: either the log was changed here, or this is no log. */
  const failUnread = (bytes: Uint8Array, why: string): false => {
    if (chain.first() !== null || tables !== undefined) return fail('bytes', { seq: chain.expected(), why });
    usable = looksLikeEntry(bytes);
    return fail(
      'bytes',
      usable ? { seq: readSeq(bytes), why } : { seq: null, why: `its first line is no entry: ${why}` },
    );
  };

  const verdict = (): Verdict => ({
    usable,
    problem,
    area,
    entries,
    firstSeq: entries === 0 ? null : chain.first(),
    lastSeq: entries === 0 ? null : chain.expected() - 1,
    lastHash: entries === 0 ? null : Buffer.from(chain.hash(), 'base64').toString('hex'),
    origin: chain.origin(),
    requests: replay?.requests() ?? 0,
    missingTexts: absences.count(),
    absent: absentProblem(absences.first()),
    unreplayed: replay?.unreplayed() ?? 0,
    hasTexts,
    hasTables: tables !== undefined,
  });

  const compare = (request: Replayed): string | null => {
    const why = tables?.compare(request) ?? null;
    isOfTables = why !== null;
    return why;
  };
  const replayed = (entry: LoggedEntry): string | null => {
    if (withoutReplay) return null;
    replay ??= createReplay(entry.seq === 0, compare);
    return replay.take(entry);
  };

  return {
    take(bytes, beside) {
      if (problem !== null) return false;
      if (doubt !== null) return fail('chain', settleDoubt(doubt, prevOf(bytes)));
      const read = readFixedPoint(bytes);
      if ('why' in read) return failUnread(bytes, read.why);
      const column = beside === undefined ? null : columnProblem(read.entry, beside);
      if (column !== null) return fail('tables', { seq: chain.expected(), why: column });
      const followed = chain.follow(read.entry, bytes);
      if ('doubt' in followed) {
        doubt = followed.doubt;
        return true;
      }
      if ('problem' in followed) {
        return looksLikeEntry(bytes)
          ? fail('chain', followed.problem)
          : failUnread(bytes, followed.problem.why);
      }
      const { seq } = followed.link;
      const entry = readEntry(read.entry, followed.link);
      if (typeof entry === 'string') return fail('replay', { seq, why: entry });
      if (beside !== undefined) {
        hasTexts = true;
        const text = textProblem(entry, beside.texts);
        if (text !== null) return fail('texts', { seq, why: text });
        absences.take(entry, beside.texts);
      }
      const why = replayed(entry);
      if (why !== null) return fail(isOfTables ? 'tables' : 'replay', { seq, why });
      entries += 1;
      onEntry?.(entry, Buffer.from(chain.hash(), 'base64'), beside);
      return true;
    },
    giveUp(why) {
      if (problem === null) fail('bytes', { seq: chain.expected(), why });
      return verdict();
    },
    finish() {
      if (problem !== null) return verdict();
      if (doubt !== null) {
        fail('chain', settleDoubt(doubt, undefined));
      } else if (entries === 0) {
        usable = false;
        fail('bytes', { seq: null, why: 'there is no entry in it' });
      } else {
        const missing = goesOn ? null : absentProblem(absences.first());
        const ended =
          tables === undefined || replay === null ? null : endProblem(tables, replay, chain.expected() - 1);
        if (missing !== null) fail('texts', missing);
        else if (ended !== null) fail('tables', ended);
      }
      return verdict();
    },
  };
}

function absentProblem(text: { readonly seq: number; readonly field: string } | null): Problem | null {
  if (text === null) return null;
  return { seq: text.seq, why: `its ${text.field} is not there, and no entry says that it was erased` };
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
    key: replay.key(),
  };
  const rest = tables.rest(end);
  if (rest !== null) return rest;
  for (const request of replay.open()) {
    const why = tables.compare(request);
    if (why !== null) return { seq: request.seq, why };
  }
  return null;
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
