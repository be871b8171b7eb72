import type { Anchor } from '../../bot/ports/anchor.ts';
import type { LogCheck, LogChecker } from '../../bot/ports/log-checker.ts';
import { findNotes } from '../audit/find-notes.ts';
import { MEANING } from '../audit/problem.ts';
import { readVerifierKey } from '../audit/verifier-key.ts';
import type { Judgement, Outside } from '../audit/verify-log.ts';
import { verifyDatabase } from '../sqlite/verify-database.ts';

const MOST_ANCHOR = 16 * 1024 * 1024;

export interface LogCheckerOptions {
  readonly database: string;
  readonly anchors: readonly Anchor[];
  /** The key that signs checkpoints now. */
  readonly key: () => string;
  /** Something is wrong with the log: whoever runs this should know, whoever asked. */
  readonly onBad: (why: string) => void;
}

/** The verifier that a bundle brings along, over the database and what the anchors hold. */
export function createLogChecker({ database, anchors, key, onBad }: LogCheckerOptions): LogChecker {
  let isRunning = false;
  const run = async (): Promise<LogCheck> => {
    try {
      const own = readVerifierKey(key());
      if (!('key' in own)) return nothing(own.why);
      const outside = await readAnchors(anchors);
      const judged = await verifyDatabase(database, { key: own.key, outside }, otherWork);
      return toCheck(judged);
    } catch (cause) {
      return nothing(cause instanceof Error ? cause.message : String(cause));
    } finally {
      isRunning = false;
    }
  };
  return {
    check() {
      if (isRunning) return null;
      isRunning = true;
      return run().then((check) => {
        const why = check.unusable ?? check.problem?.why ?? null;
        if (why !== null) onBad(why);
        return check;
      });
    },
  };
}

function otherWork(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

/** Those that can be read. One that cannot be reached confirms nothing, and says nothing against the log. */
async function readAnchors(anchors: readonly Anchor[]): Promise<readonly Outside[]> {
  const read: Outside[] = [];
  for (const { id, lines } of anchors) {
    if (lines === null) continue;
    try {
      let text = '';
      for await (const line of lines()) if (text.length < MOST_ANCHOR) text += `${line}\n`;
      read.push({ name: id, ...findNotes(text) });
    } catch {
      // `/readyz` warns of it.
    }
  }
  return read;
}

function toCheck({
  usable,
  problem,
  area,
  entries,
  requests,
  lastSeq,
  lastHash,
  signed,
  confirmed,
}: Judgement): LogCheck {
  return {
    unusable: usable ? null : (problem?.why ?? 'it cannot be read'),
    problem: problem === null ? null : { ...problem, means: area === null ? '' : MEANING[area] },
    entries,
    requests,
    lastSeq,
    lastHash,
    signed: signed?.size ?? 0,
    confirmed,
  };
}

function nothing(why: string): LogCheck {
  return {
    unusable: why,
    problem: null,
    entries: 0,
    requests: 0,
    lastSeq: null,
    lastHash: null,
    signed: 0,
    confirmed: 0,
  };
}
