import { canonicalJson, type JsonObject } from '../../bot/core/canonical-json.ts';
import { KeyturnFault } from '../../bot/core/fault.ts';
import { toIsoTime } from '../../bot/core/instant.ts';
import type { Attestor } from '../../bot/ports/attestor.ts';
import type { SignedCheckpoint } from '../../bot/ports/checkpoints.ts';
import type { ExportOrder } from '../../bot/ports/exporter.ts';
import { toStatement } from '../audit/attestation.ts';
import { MANIFEST_FORMAT } from '../audit/manifest.ts';
import { parseOrigin } from '../audit/origin.ts';
import { FAST_SECONDS } from '../audit/reports/fast-approvals.ts';
import type { About } from '../audit/reports/report.ts';
import { runReports } from '../audit/reports/run.ts';
import { createSelection, type DrawnStory, SAMPLE_SIZE } from '../audit/reports/sample.ts';
import { readStored } from '../audit/stored-entry.ts';
import type { LogSnapshot, SnapshotText } from '../sqlite/snapshot.ts';
import type { AnchorText } from './anchor-spools.ts';
import type { Archive } from './archive.ts';
import { openSpool, piecesOf, type Spool } from './spool.ts';
import { verifyText } from './verify-text.ts';

/** So many approvals are attested one by one, those of the sample first. */
const MOST_ATTESTED = 1_000;

export interface BundleParts {
  readonly order: ExportOrder;
  readonly snapshot: LogSnapshot;
  readonly archive: Archive;
  readonly attestor: Attestor;
  readonly anchors: readonly AnchorText[];
  /** `verify.mjs`: the verifier in one file. */
  readonly verifier: Uint8Array;
  readonly software: string;
  /** For what has to be written before its length is known. */
  readonly folder: string;
  readonly name: string;
}

/** Writes everything of a bundle, in the order in which somebody can check it while it arrives. */
export async function writeBundle(parts: BundleParts): Promise<void> {
  const { order, snapshot, archive, verifier, name } = parts;
  const { from, to, checkpoint } = order;
  await archive.addText('VERIFY.md', verifyText(name, order));
  await archive.addText('verify.mjs', verifier);
  await addCheckpoints(parts);
  await addAnchors(parts);
  await archive.add('leaves-before.bin', from * 32, snapshot.leaves(0, from - 1));
  const spools = new Map<string, Spool>();
  try {
    const spool = (path: string) => {
      const known = spools.get(path) ?? openSpool(parts.folder);
      spools.set(path, known);
      return known;
    };
    const drawn = await addEntries(parts, spool);
    const rest = checkpoint.size - 1 - to;
    if (rest > 0)
      await archive.add('leaves-after.bin', rest * 32, snapshot.leaves(to + 1, checkpoint.size - 1));
    await addSpool(archive, 'disclosures.jsonl', spool('disclosures.jsonl'));
    await addProofs(parts, drawn.stories);
    await addAttestations(parts, drawn.stories);
    for (const report of order.reports)
      await addSpool(archive, `reports/${report}.csv`, spool(`reports/${report}.csv`));
    await archive.addText('manifest.json', `${canonicalJson(manifestOf(parts, drawn))}\n`);
  } finally {
    for (const spool of spools.values()) spool.close();
  }
}

async function addCheckpoints({ order, snapshot, archive }: BundleParts): Promise<void> {
  const newest = order.checkpoint;
  await archive.addText('checkpoint.note', newest.note);
  let last: SignedCheckpoint | null = null;
  const older: SignedCheckpoint[] = [];
  for (const one of snapshot.checkpoints()) {
    if (one.size >= newest.size) break;
    // The last of each day, and every one in which a key is passed on: all of them would be one each
    // five minutes, and say no more.
    if (last !== null && dayOf(last) !== dayOf(one)) older.push(last);
    if (isByTwo(one)) older.push(one);
    last = isByTwo(one) ? null : one;
  }
  if (last !== null) older.push(last);
  for (const { size, note } of older) await archive.addText(`checkpoints/${size}.note`, note);
}

function dayOf({ at }: SignedCheckpoint): string {
  return toIsoTime(at).slice(0, 10);
}

function isByTwo({ note }: SignedCheckpoint): boolean {
  return note.split('\n— ').length > 2;
}

async function addAnchors({ anchors, archive }: BundleParts): Promise<void> {
  for (const anchor of anchors) {
    if (anchor.file !== null)
      await archive.add(`anchors/${anchor.id}.txt`, anchor.size, piecesOf(anchor.file, anchor.size));
    else
      await archive.addText(
        `anchors/${anchor.id}.missing`,
        'this anchor could not be read when the bundle was made\n',
      );
  }
}

interface Drawn {
  readonly stories: readonly DrawnStory[];
  readonly approved: number;
}

/** One pass over the entries: their lines, the texts beside them, the reports, and what is drawn from them. */
async function addEntries(parts: BundleParts, spool: (path: string) => Spool): Promise<Drawn> {
  const { order, snapshot, archive } = parts;
  const { from, to, reports } = order;
  const about = aboutOf(order);
  const selection = createSelection(about.checkpoint.root, MOST_ATTESTED);
  const running = runReports({
    names: reports,
    about,
    write: (name, csv) => spool(`reports/${name}.csv`).write(csv),
    onStory: selection.offer,
  });
  const disclosures = spool('disclosures.jsonl');
  function* lines() {
    for (const { lines: piece, entries } of snapshot.entries(from, to)) {
      const [first, last] = [entries[0]?.seq ?? from, entries.at(-1)?.seq ?? to];
      const beside = bySeq(snapshot.texts(first, last));
      for (const { seq, bytes } of entries) {
        const texts = beside.get(seq) ?? [];
        running.take({ entry: readStored(bytes).entry, texts: textsOf(texts) });
        for (const text of texts) disclosures.write(disclosureLine(text));
      }
      yield piece;
    }
  }
  await archive.add('events.jsonl', snapshot.sizeOf(from, to), lines());
  running.finish();
  return { stories: selection.drawn(), approved: selection.offered() };
}

function bySeq(texts: readonly SnapshotText[]): ReadonlyMap<number, readonly SnapshotText[]> {
  const all = new Map<number, SnapshotText[]>();
  for (const text of texts) all.set(text.seq, [...(all.get(text.seq) ?? []), text]);
  return all;
}

function textsOf(texts: readonly SnapshotText[]): Readonly<Record<string, string>> {
  return Object.fromEntries(texts.map(({ field, value }) => [field, String(JSON.parse(value))]));
}

function disclosureLine({ seq, field, salt, value }: SnapshotText): string {
  const encoded = Buffer.from(salt).toString('base64');
  return `${canonicalJson({ field, salt: encoded, seq, value: JSON.parse(value) })}\n`;
}

async function addSpool(archive: Archive, path: string, spool: Spool): Promise<void> {
  await archive.add(path, spool.size(), spool.pieces());
}

async function addProofs(
  { order, snapshot, archive }: BundleParts,
  stories: readonly DrawnStory[],
): Promise<void> {
  const sampled = order.reports.includes('sample') ? stories.slice(0, SAMPLE_SIZE) : [];
  const seqs = new Set(sampled.flatMap((story) => story.seqs));
  for (const { approved } of stories) if (approved !== null) seqs.add(approved.seq);
  for (const seq of [...seqs].sort((a, b) => a - b)) {
    await archive.addText(`proofs/${seq}.tlog-proof`, snapshot.proof(seq, order.checkpoint));
  }
}

async function addAttestations(parts: BundleParts, stories: readonly DrawnStory[]): Promise<void> {
  const { order, snapshot, archive, attestor } = parts;
  await archive.addText('attestations/key.pem', attestor.publicKey);
  for (const story of stories) {
    const text = snapshot.actionText(story.number);
    const payload = text === null ? null : (JSON.parse(text) as { payload?: JsonObject }).payload;
    const statement = toStatement(story, payload ?? null, order.origin);
    if (statement === null) continue;
    const envelope = JSON.stringify(attestor.attest(statement));
    await archive.addText(`attestations/${story.number}.dsse.json`, `${envelope}\n`);
  }
}

/** What the reports are made for. Whoever makes them again needs the same. */
function aboutOf({ from, to, checkpoint, origin }: ExportOrder): About {
  const root = Buffer.from(checkpoint.root).toString('hex');
  return {
    log: originOf(origin).log,
    from,
    to,
    checkpoint: { size: checkpoint.size, root },
    fastSeconds: FAST_SECONDS,
  };
}

function manifestOf({ order, archive, software }: BundleParts, { stories, approved }: Drawn): JsonObject {
  const { from, to, checkpoint, origin, by, at, reports } = order;
  const about = aboutOf(order);
  return {
    format: MANIFEST_FORMAT,
    ...originOf(origin),
    from,
    to,
    checkpoint: { origin, size: checkpoint.size, root: about.checkpoint.root },
    exported_at: toIsoTime(at),
    exported_by: by,
    software,
    reports: { names: reports, fast_seconds: about.fastSeconds, sample_size: SAMPLE_SIZE },
    attested: { requests: stories.length, of: approved },
    files: archive.listed().map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 })),
  };
}

function originOf(origin: string) {
  const parsed = parseOrigin(origin);
  if (parsed === null) throw new KeyturnFault('IMPOSSIBLE', `${origin} is no origin`);
  return parsed;
}
