import { readFile, stat } from 'node:fs/promises';
import { findNotes } from '../../store/audit/find-notes.ts';
import { createLineCutter } from '../../store/audit/lines.ts';
import { readVerifierKey, type VerifierKey } from '../../store/audit/verifier-key.ts';
import { verifyBundle } from '../../store/audit/verify-bundle.ts';
import { createLogVerifier, type Judgement, type Outside } from '../../store/audit/verify-log.ts';
import { openInput } from './verify-inputs.ts';

/** What somebody wants verified, as they typed it. */
export interface Wanted {
  readonly file: string;
  /** A verifier key, or the name of a file that holds one. */
  readonly key: string | null;
  /** Files with what is held outside: checkpoints, messages, footers. */
  readonly anchors: readonly string[];
}

/** What can be checked against, beside the log itself. */
export interface Trusted {
  readonly key: VerifierKey | null;
  readonly outside: readonly Outside[];
}

export type Outcome =
  | {
      readonly judged: Judgement;
      readonly trusted: Trusted;
      readonly isLive: boolean;
      readonly covers: Covers | null;
    }
  /** The input cannot be verified at all: why. */
  | { readonly why: string };

/** A bundle is of a part of the log; its checkpoint is of more. */
interface Covers {
  readonly to: number;
  readonly size: number;
}

const MOST_ANCHOR = 256 * 1024 * 1024;

/** `verifyDatabase`: how a keyturn.db is read; null where that is not at hand. */
export async function verifyWanted(
  wanted: Wanted,
  verifyDatabase: ((file: string, trusted: Trusted) => Promise<Judgement>) | null,
): Promise<Outcome> {
  try {
    return await verifyInput(wanted, verifyDatabase);
  } catch (cause) {
    // Whatever this is, it is no proof that somebody tampered.
    return { why: cause instanceof Error ? cause.message : String(cause) };
  }
}

async function verifyInput(
  { file, key, anchors }: Wanted,
  verifyDatabase: ((file: string, trusted: Trusted) => Promise<Judgement>) | null,
): Promise<Outcome> {
  const given = key === null ? null : await readKey(key);
  if (given !== null && 'why' in given) return { why: `the key cannot be used: ${given.why}` };
  const outside: Outside[] = [];
  for (const anchor of anchors) {
    const read = await readAnchor(anchor);
    if ('why' in read) return read;
    outside.push(read);
  }
  const trusted = { key: given?.key ?? null, outside };
  const input = await openInput(file);
  switch (input.kind) {
    case 'database':
      if (verifyDatabase === null) return { why: 'a database is read by: keyturn audit verify' };
      return { judged: await verifyDatabase(input.file, trusted), trusted, isLive: true, covers: null };
    case 'lines':
      return { judged: await verifyLines(input.chunks, trusted), trusted, isLive: false, covers: null };
    case 'bundle': {
      const judged = await verifyBundle(input.bundle, trusted);
      if ('why' in judged) return judged;
      const { to, checkpoint } = judged.manifest;
      return { judged, trusted, isLive: false, covers: { to, size: checkpoint.size } };
    }
  }
}

async function readKey(given: string) {
  const direct = readVerifierKey(given.trim());
  if ('key' in direct || given.includes('+')) return direct;
  return readVerifierKey((await readFile(given, 'utf8')).trim());
}

async function readAnchor(name: string): Promise<Outside | { readonly why: string }> {
  const { size } = await stat(name);
  if (size > MOST_ANCHOR) return { why: `${name} is too large to be an anchor` };
  const { notes, footers } = findNotes(await readFile(name, 'utf8'));
  if (notes.length + footers.length === 0)
    return { why: `there is no checkpoint in ${name}, and no footer of a card either` };
  return { name, notes, footers };
}

async function verifyLines(chunks: AsyncIterable<Uint8Array>, { key, outside }: Trusted): Promise<Judgement> {
  const verifier = createLogVerifier({ key, outside, checkpoint: null, older: [] });
  const cutter = createLineCutter((line) => verifier.take(line));
  for await (const chunk of chunks) if (!cutter.chunk(chunk)) break;
  cutter.end();
  return verifier.finish();
}
