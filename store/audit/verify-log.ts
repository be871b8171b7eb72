import type { Beside } from './beside.ts';
import { type NoteClaim, readClaim } from './claims.ts';
import type { Footer, FoundNote } from './find-notes.ts';
import { createFooterCheck } from './footers.ts';
import { isOfLog, isSigned, judgeClaims, type Read } from './judge.ts';
import { HASH_BYTES } from './merkle.ts';
import { earliest, type Found, found } from './problem.ts';
import type { LoggedEntry } from './replay-shape.ts';
import { createTreeCheck } from './tree-check.ts';
import { createTrust } from './trust.ts';
import type { VerifierKey } from './verifier-key.ts';
import { createVerifier, type Verdict, type VerifyOptions } from './verify.ts';

export interface NoteFile {
  readonly name: string;
  readonly note: Uint8Array;
}

/** What somebody kept elsewhere: a file of an anchor, a saved message, a list of card footers. */
export interface Outside {
  readonly name: string;
  readonly notes: readonly FoundNote[];
  readonly footers: readonly Footer[];
}

export interface Evidence {
  /** The key that the person trusts. Without one no signature is looked at. */
  readonly key: VerifierKey | null;
  /** The log's own word of how long it is. */
  readonly checkpoint: NoteFile | null;
  readonly older: readonly NoteFile[];
  /** What the log brings along of its anchors. */
  readonly copies?: readonly Pick<Outside, 'name' | 'notes'>[];
  readonly outside: readonly Outside[];
}

export interface LogOptions extends VerifyOptions {
  /** A log that is still written to: what came after its newest checkpoint is under none yet. */
  readonly isLive?: boolean;
}

interface Signed {
  readonly origin: string;
  readonly size: number;
  /** In hex. */
  readonly root: string;
}

export interface Judgement extends Verdict {
  /** The newest checkpoint that is signed by a key that counts, and whose root these entries have. */
  readonly signed: Signed | null;
  /** The log's own checkpoint, whatever came of it. */
  readonly newest: (Signed & { readonly note: string }) | null;
  /** How many entries, from the first on, something from outside confirms. */
  readonly confirmed: number;
  /** False where entries before the first are missing, so that no root can be computed. */
  readonly hasTree: boolean;
  /** Root over all entries, in hex. */
  readonly root: string | null;
}

export interface LogVerifier {
  /** Leaf hashes around the entries, before the first or after the last, 32 bytes each. */
  hashes(bytes: Uint8Array): void;
  /** False when it is settled that the log is not sound. */
  take(bytes: Uint8Array, beside?: Beside): boolean;
  finish(): Judgement;
  /** Instead of `finish`, where the next entry cannot be read at all. */
  giveUp(why: string): Judgement;
}

/** A log with everything that is known of it: what was signed, what is held outside, what it says. */
export function createLogVerifier(evidence: Evidence, options: LogOptions = {}): LogVerifier {
  const { claims, malformed } = claimsOf(evidence);
  const trust = evidence.key === null ? null : createTrust(evidence.key);
  const tree = createTreeCheck(claims);
  const footers = createFooterCheck(evidence.outside);
  const ends: { readonly epoch: number; readonly end: number }[] = [];
  let hasTree = true;
  let halfHash: Uint8Array = new Uint8Array();

  const own = claims.filter(({ kind }) => kind === 'newest' || kind === 'older');
  const newest = own.find(({ kind }) => kind === 'newest');
  /** What is settled before a line is read: the log's own checkpoint has to be opened first. */
  const early = malformed ?? unopened();
  function unopened(): Found | null {
    if (trust === null || newest === undefined || trust.opensAny(own)) return null;
    return found('signature', null, trust.problem(newest, own) ?? '');
  }

  const verifier = createVerifier({
    ...options,
    // A log whose tail is cut lacks the entries that say what was erased. The tail is what is named then.
    goesOn: true,
    onEntry(entry: LoggedEntry, leaf, beside) {
      if (tree.size() === entry.seq) tree.append(leaf);
      else hasTree = false;
      if (entry.type === 'log.epoch_opened') ends.push({ epoch: entry.data.epoch - 1, end: entry.seq });
      trust?.take(entry);
      footers.take(entry.seq, leaf);
      options.onEntry?.(entry, leaf, beside);
    },
  });

  const lengthProblems = (verdict: Verdict): readonly Found[] => {
    if (newest === undefined || verdict.problem !== null || !hasTree) return [];
    if (halfHash.length > 0) return [found('root', tree.size(), 'its leaf hash is cut off')];
    const isLonger = tree.size() > newest.size && options.isLive !== true;
    return isLonger
      ? [found('root', newest.size, `${newest.name} ends before it, so nothing was signed over it`)]
      : [];
  };

  const conclude = (verdict: Verdict): Judgement => {
    const read: Read = { verdict, claims, tree, trust, ends };
    const told =
      verdict.problem === null || verdict.area === null
        ? []
        : [found(verdict.area, verdict.problem.seq, verdict.problem.why)];
    const judged = hasTree && verdict.usable ? judgeClaims(read) : [];
    const footed = verdict.usable
      ? footers.problems((verdict.lastSeq ?? -1) + 1, verdict.problem === null)
      : [];
    const others = [...told, ...judged, ...footed, ...lengthProblems(verdict)];
    const { absent } = verdict;
    const absences =
      absent === null || options.goesOn === true || others.length > 0
        ? []
        : [found('texts', absent.seq, absent.why)];
    const first = early ?? earliest([...others, ...absences]);
    const isGood = (claim: NoteClaim) =>
      first === null &&
      trust !== null &&
      hasTree &&
      isOfLog(read, claim) &&
      isSigned(read, claim) &&
      tree.held().get(claim) === true;
    const signed = claims.filter(isGood).toSorted((a, b) => b.size - a.size);
    const outside = signed.find(({ kind }) => kind === 'outside');
    const [top] = signed;
    return {
      ...verdict,
      usable: early !== null || verdict.usable,
      problem: first?.problem ?? null,
      area: first?.area ?? null,
      signed: top === undefined ? null : toSigned(top),
      newest:
        newest === undefined
          ? null
          : { ...toSigned(newest), note: Buffer.from(newest.note).toString('utf8') },
      confirmed: first === null ? Math.max(footers.confirmed(), outside?.size ?? 0) : 0,
      hasTree,
      root: hasTree && first === null ? toHex(tree.root()) : null,
    };
  };

  return {
    hashes(bytes) {
      const all = Buffer.concat([halfHash, bytes]);
      const whole = all.length - (all.length % HASH_BYTES);
      for (let at = 0; at < whole; at += HASH_BYTES) tree.append(all.subarray(at, at + HASH_BYTES));
      halfHash = all.subarray(whole);
    },
    take: (bytes, beside) => early === null && verifier.take(bytes, beside),
    finish: () => conclude(verifier.finish()),
    giveUp: (why) => conclude(verifier.giveUp(why)),
  };
}

function claimsOf({ checkpoint, older, copies = [], outside }: Evidence) {
  const own = [
    ...(checkpoint === null ? [] : [readClaim('newest', checkpoint.name, checkpoint.note)]),
    ...older.map(({ name, note }) => readClaim('older', name, note)),
  ];
  // What is no checkpoint outside shows nothing, and may be anybody's.
  const readAll =
    (kind: 'outside' | 'copy') =>
    ({ name, notes }: Pick<Outside, 'name' | 'notes'>) =>
      notes.map(({ note }) => readClaim(kind, name, Buffer.from(note, 'utf8')));
  const kept = [...outside.flatMap(readAll('outside')), ...copies.flatMap(readAll('copy'))];
  const bad = own.find((claim) => 'why' in claim);
  return {
    claims: [...own, ...kept].flatMap((claim) => ('why' in claim ? [] : [claim])),
    malformed: bad !== undefined && 'why' in bad ? found('signature', null, bad.why) : null,
  };
}

function toSigned({ origin, size, root }: NoteClaim): Signed {
  return { origin, size, root: toHex(root) };
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
