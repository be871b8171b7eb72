import { createHash } from 'node:crypto';
import type { Member } from './tar.ts';
import type { NoteFile } from './verify-log.ts';

/** A bundle that is read from its beginning as often as it is asked for. Names are within its folder. */
export interface Bundle {
  members(): AsyncIterable<Member>;
  /** The content of one, or null when it is not there. */
  open(name: string): Promise<AsyncIterable<Uint8Array> | null>;
}

/** What a first look at all files gives: the small ones whole, of each its size and SHA-256. */
export interface BundleFiles {
  readonly sums: ReadonlyMap<string, { readonly bytes: number; readonly sha256: string }>;
  readonly manifest: Uint8Array | null;
  readonly checkpoint: NoteFile | null;
  readonly older: readonly NoteFile[];
  /** What anchors held when the export was made. */
  readonly anchors: readonly { readonly name: string; readonly text: string }[];
  /** Numbers of the entries that proofs are of. */
  readonly proofs: ReadonlySet<number>;
}

/** What a bundle can have, and nothing else: a report that no entry backs must not lie among the others. */
const NAMES =
  /^(VERIFY\.md|verify\.mjs|manifest\.json|checkpoint\.note|checkpoints\/\d{1,16}\.note|anchors\/[A-Za-z0-9._-]{1,100}|leaves-(before|after)\.bin|events\.jsonl|disclosures\.jsonl|proofs\/\d{1,16}\.tlog-proof|attestations\/(\d{1,16}\.dsse\.json|key\.pem)|reports\/[a-z0-9-]{1,60}\.csv)$/;

/** Files of which there are few, or which are small. Together no more than this. */
const HELD = /^(manifest\.json|checkpoint\.note|checkpoints\/|anchors\/)/;
const MOST_HELD = 256 * 1024 * 1024;

export async function lookAtFiles(bundle: Bundle): Promise<BundleFiles | { readonly why: string }> {
  const sums = new Map<string, { readonly bytes: number; readonly sha256: string }>();
  const held = new Map<string, Uint8Array>();
  const proofs = new Set<number>();
  let heldBytes = 0;
  for await (const { name, size, chunks } of bundle.members()) {
    if (!NAMES.test(name)) return { why: `${name} is no file of a bundle` };
    if (sums.has(name)) return { why: `${name} is in it twice` };
    const hash = createHash('sha256');
    const parts: Uint8Array[] = [];
    for await (const chunk of chunks) {
      hash.update(chunk);
      if (HELD.test(name)) parts.push(Buffer.from(chunk));
    }
    if (HELD.test(name)) heldBytes += size;
    if (heldBytes > MOST_HELD) return { why: 'its notes and its manifest are too large' };
    if (HELD.test(name)) held.set(name, Buffer.concat(parts));
    sums.set(name, { bytes: size, sha256: hash.digest('hex') });
    const [, seq] = /^proofs\/(\d+)\./.exec(name) ?? [];
    if (seq !== undefined) proofs.add(Number(seq));
  }
  const within = (folder: string) => [...held].filter(([name]) => name.startsWith(folder));
  const note = held.get('checkpoint.note');
  return {
    sums,
    manifest: held.get('manifest.json') ?? null,
    checkpoint: note === undefined ? null : { name: 'checkpoint.note', note },
    older: within('checkpoints/').map(([name, bytes]) => ({ name, note: bytes })),
    anchors: within('anchors/').map(([name, bytes]) => ({ name, text: Buffer.from(bytes).toString('utf8') })),
    proofs,
  };
}
