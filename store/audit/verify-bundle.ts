import { type Bundle, type BundleFiles, lookAtFiles } from './bundle-files.ts';
import { createRecount } from './bundle-reports.ts';
import { type BundleTexts, readBundleTexts } from './bundle-texts.ts';
import { findNotes } from './find-notes.ts';
import { createLineCutter } from './lines.ts';
import { type Manifest, readManifest } from './manifest.ts';
import { HASH_BYTES } from './merkle.ts';
import { isIncluded } from './merkle-verify.ts';
import { earliest, type Found, found } from './problem.ts';
import { parseTlogProof } from './tlog-proof.ts';
import type { VerifierKey } from './verifier-key.ts';
import { createLogVerifier, type Judgement, type LogVerifier, type Outside } from './verify-log.ts';

export interface BundleOptions {
  readonly key: VerifierKey | null;
  readonly outside: readonly Outside[];
}

export interface BundleJudgement extends Judgement {
  readonly manifest: Manifest;
}

/** The whole bundle: its entries against what was signed, and everything derived against its entries. */
export async function verifyBundle(
  bundle: Bundle,
  { key, outside }: BundleOptions,
): Promise<BundleJudgement | { readonly why: string }> {
  const files = await lookAtFiles(bundle);
  if ('why' in files) return files;
  const manifest =
    files.manifest === null ? { why: 'it has no manifest.json' } : readManifest(files.manifest);
  if ('why' in manifest) return manifest;
  if (files.checkpoint === null) return { why: 'it has no checkpoint.note' };
  const recount = createRecount(manifest);
  if ('why' in recount) return recount;

  const { checkpoint, older, anchors, proofs } = files;
  const leaves = new Map<number, Uint8Array>();
  const copies = anchors.map(({ name, text }) => ({ name, notes: findNotes(text).notes }));
  const verifier = createLogVerifier(
    { key, checkpoint, older, copies, outside },
    {
      goesOn: manifest.to + 1 < manifest.checkpoint.size,
      onEntry(entry, leaf, beside) {
        recount.take(entry, beside);
        if (proofs.has(entry.seq)) leaves.set(entry.seq, leaf);
      },
    },
  );
  await feed(bundle, 'leaves-before.bin', verifier);
  const early = await readEntries(bundle, manifest, verifier);
  await feed(bundle, 'leaves-after.bin', verifier);
  const judged = verifier.finish();
  const first = earliest([
    ...(judged.problem === null || judged.area === null
      ? []
      : [found(judged.area, judged.problem.seq, judged.problem.why)]),
    ...early,
  ]);
  // What is derived is compared with entries that are sound.
  const last =
    first ??
    manifestProblem(manifest, judged, files) ??
    reportProblem(recount.problem(files.sums)) ??
    (await proofProblem(bundle, judged, proofs.size, leaves)) ??
    sumProblem(manifest, files);
  if (last === null) return { ...judged, manifest };
  return { ...judged, manifest, problem: last.problem, area: last.area, signed: null, confirmed: 0 };
}

async function feed(bundle: Bundle, name: string, verifier: LogVerifier): Promise<void> {
  const chunks = await bundle.open(name);
  if (chunks !== null) for await (const chunk of chunks) verifier.hashes(chunk);
}

async function readEntries(
  bundle: Bundle,
  manifest: Manifest,
  verifier: LogVerifier,
): Promise<readonly Found[]> {
  const events = await bundle.open('events.jsonl');
  const disclosures = await bundle.open('disclosures.jsonl');
  const { from } = manifest;
  if (events === null || disclosures === null)
    return [found('bundle', from, 'it is missing: there is no events.jsonl with a disclosures.jsonl')];
  const texts = readBundleTexts(disclosures);
  const lines: Uint8Array[] = [];
  let next = from;
  let goesOn = true;
  const cutter = createLineCutter((line) => {
    lines.push(line);
    return true;
  });
  const drain = async () => {
    for (const line of lines) {
      while (!texts.isReady(next)) await texts.more();
      goesOn = goesOn && texts.problem() === null && verifier.take(line, { texts: texts.upTo(next) });
      if (!goesOn) break;
      next += 1;
    }
    lines.length = 0;
  };
  for await (const chunk of events) {
    goesOn = cutter.chunk(chunk) && goesOn;
    await drain();
    if (!goesOn) break;
  }
  cutter.end();
  if (goesOn) await drain();
  return textProblems(texts, next, goesOn);
}

function textProblems(texts: BundleTexts, next: number, isWhole: boolean): readonly Found[] {
  const why = texts.problem();
  if (why !== null) return [found('texts', next, why)];
  const left = texts.left();
  return left === null || !isWhole
    ? []
    : [found('texts', next - 1, `a text stands beside entry ${left}, which is not here`)];
}

/** Nothing is believed because the manifest says so, and what it says has to be so all the same. */
function manifestProblem(manifest: Manifest, judged: Judgement, { sums }: BundleFiles): Found | null {
  const { log, epoch, from, to, checkpoint } = manifest;
  const wrong = (what: string) => found('bundle', null, `manifest.json has another ${what} than the bundle`);
  if (judged.firstSeq !== from)
    return found('bundle', from, `it is missing: the entries begin at ${judged.firstSeq}`);
  if (judged.lastSeq !== to)
    return found(
      'bundle',
      Math.min(to, judged.lastSeq ?? to) + 1,
      `the entries end at ${judged.lastSeq}, and the manifest says ${to}`,
    );
  const before = (sums.get('leaves-before.bin')?.bytes ?? 0) / HASH_BYTES;
  if (before !== from || !judged.hasTree)
    return found('root', from, 'the leaf hashes before it are not as many as the entries before it');
  const { newest } = judged;
  if (
    newest?.origin !== checkpoint.origin ||
    newest.size !== checkpoint.size ||
    newest.root !== checkpoint.root
  )
    return wrong('checkpoint');
  return `${log}/${epoch}` === newest.origin ? null : wrong('log');
}

function reportProblem(why: string | null): Found | null {
  return why === null ? null : found('reports', null, why);
}

async function proofProblem(
  bundle: Bundle,
  judged: Judgement,
  count: number,
  leaves: ReadonlyMap<number, Uint8Array>,
): Promise<Found | null> {
  const { newest } = judged;
  for await (const { name, chunks } of newest === null || count === 0 ? [] : bundle.members()) {
    const [, seq] = /^proofs\/(\d+)\./.exec(name) ?? [];
    if (seq === undefined) continue;
    const parts: Uint8Array[] = [];
    for await (const chunk of chunks) parts.push(Buffer.from(chunk));
    const proof = parseTlogProof(Buffer.concat(parts).toString('utf8'));
    const leaf = leaves.get(Number(seq));
    const { size, root, note } = newest as NonNullable<typeof newest>;
    const isRight =
      !('why' in proof) &&
      leaf !== undefined &&
      proof.index === Number(seq) &&
      proof.checkpoint === note &&
      isIncluded({ index: proof.index, size, leaf, proof: proof.hashes, root: Buffer.from(root, 'hex') });
    if (!isRight) return found('bundle', null, `${name} does not prove entry ${seq}`);
  }
  return null;
}

function sumProblem({ files }: Manifest, { sums }: BundleFiles): Found | null {
  const listed = new Map(files.map((file) => [file.path, file]));
  for (const [path, { bytes, sha256 }] of sums) {
    if (path === 'manifest.json') continue;
    const file = listed.get(path);
    if (file === undefined) return found('bundle', null, `${path} is not in the manifest`);
    if (file.bytes !== bytes || file.sha256 !== sha256)
      return found('bundle', null, `${path} is not the file that the manifest lists`);
  }
  const gone = files.find(({ path }) => !sums.has(path));
  return gone === undefined
    ? null
    : found('bundle', null, `${gone.path} is in the manifest and not in the bundle`);
}
