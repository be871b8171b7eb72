import {
  canonicalJson,
  isJsonArray,
  isJsonObject,
  type Json,
  type JsonObject,
} from '../../bot/core/canonical-json.ts';

/** What a bundle says that it holds. It is a list of contents and no evidence. */
export interface Manifest {
  readonly log: string;
  readonly epoch: number;
  readonly from: number;
  readonly to: number;
  readonly checkpoint: { readonly origin: string; readonly size: number; readonly root: string };
  readonly reports: { readonly names: readonly string[]; readonly fastSeconds: number };
  readonly files: readonly ListedFile[];
}

export interface ListedFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

export const MANIFEST_FORMAT = 'keyturn-audit-bundle/1';

/** The manifest in these bytes, or why there is none. */
export function readManifest(bytes: Uint8Array): Manifest | { readonly why: string } {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8').trimEnd();
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
    if (canonicalJson(value) !== text) return { why: 'manifest.json is not canonical JSON' };
  } catch {
    return { why: 'manifest.json is not JSON' };
  }
  if (!isJsonObject(value) || value['format'] !== MANIFEST_FORMAT)
    return { why: `manifest.json is not of the format ${MANIFEST_FORMAT}` };
  const { log, epoch, from, to, checkpoint, reports, files } = value;
  const listed = isJsonArray(files ?? null) ? (files as readonly Json[]).map(readFile) : [];
  const isWhole =
    typeof log === 'string' &&
    [epoch, from, to].every(isCount) &&
    Number(from) <= Number(to) &&
    isCheckpoint(checkpoint) &&
    isReports(reports) &&
    listed.length > 0 &&
    listed.every((file) => file !== null);
  if (!isWhole) return { why: 'manifest.json lacks what every bundle has' };
  return {
    log,
    epoch: Number(epoch),
    from: Number(from),
    to: Number(to),
    checkpoint,
    reports: { names: reports.names, fastSeconds: reports.fast_seconds },
    files: listed.filter((file) => file !== null),
  };
}

function isCount(value: Json | undefined): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isCheckpoint(value: Json | undefined): value is Manifest['checkpoint'] & JsonObject {
  if (value === undefined || !isJsonObject(value)) return false;
  const { origin, size, root } = value;
  return typeof origin === 'string' && isCount(size) && /^[0-9a-f]{64}$/.test(String(root));
}

function isReports(
  value: Json | undefined,
): value is JsonObject & { readonly names: readonly string[]; readonly fast_seconds: number } {
  if (value === undefined || !isJsonObject(value)) return false;
  const { names, fast_seconds: fast } = value;
  return (
    isJsonArray(names ?? null) &&
    (names as readonly Json[]).every((name) => typeof name === 'string') &&
    isCount(fast)
  );
}

function readFile(value: Json): ListedFile | null {
  if (!isJsonObject(value)) return null;
  const { path, bytes, sha256 } = value;
  const isOne = typeof path === 'string' && isCount(bytes) && /^[0-9a-f]{64}$/.test(String(sha256));
  return isOne ? { path, bytes: Number(bytes), sha256: String(sha256) } : null;
}
