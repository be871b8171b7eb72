import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitOf } from '../../../bot/cli/verify-words.ts';
import { canonicalJson, type Json, type JsonObject } from '../../../bot/core/canonical-json.ts';
import type { Bundle } from '../../../store/audit/bundle-files.ts';
import { findNotes } from '../../../store/audit/find-notes.ts';
import type { VerifierKey } from '../../../store/audit/verifier-key.ts';
import { verifyBundle } from '../../../store/audit/verify-bundle.ts';
import type { UnpackedBundle } from '../../helpers/bundle.ts';

/** The files of a bundle by name, for somebody who changes them. */
export type Files = Map<string, Buffer>;

export function loadFiles({ folder, names }: UnpackedBundle): Files {
  return new Map(names.toSorted().map((name) => [name, readFileSync(join(folder, name))]));
}

async function* inTwo(bytes: Buffer) {
  const middle = Math.floor(bytes.length / 2);
  if (middle > 0) yield bytes.subarray(0, middle);
  yield bytes.subarray(middle);
}

function toBundle(files: Files): Bundle {
  return {
    async *members() {
      for (const [name, bytes] of files) yield { name, size: bytes.length, chunks: inTwo(bytes) };
    },
    open: async (name) => {
      const bytes = files.get(name);
      return bytes === undefined ? null : inTwo(bytes);
    },
  };
}

export interface Verified {
  readonly exit: number;
  readonly seq: number | null;
  readonly why: string;
}

/** `held`: texts that the verifying person has from outside. */
export async function verifyFiles(
  files: Files,
  key: VerifierKey | null,
  held: readonly string[] = [],
): Promise<Verified> {
  const outside = held.map((text, nth) => ({ name: `held-${nth}`, ...findNotes(text) }));
  const judged = await verifyBundle(toBundle(files), { key, outside });
  if ('why' in judged) return { exit: exitOf(judged), seq: null, why: judged.why };
  const covers = { to: judged.manifest.to, size: judged.manifest.checkpoint.size };
  const exit = exitOf({ judged, trusted: { key, outside }, isLive: false, covers });
  return { exit, seq: judged.problem?.seq ?? null, why: judged.problem?.why ?? '' };
}

/** What somebody does who knows the format: the list of contents is made to fit again. */
export function relist(files: Files, change: (manifest: { [key: string]: Json }) => void = () => {}): Files {
  const manifest = JSON.parse((files.get('manifest.json') as Buffer).toString()) as { [key: string]: Json };
  manifest['files'] = [...files]
    .filter(([name]) => name !== 'manifest.json')
    .map(([path, bytes]) => ({
      path,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    }));
  change(manifest);
  files.set('manifest.json', Buffer.from(`${canonicalJson(manifest as JsonObject)}\n`));
  return files;
}

export function linesOf(files: Files, name: string): string[] {
  return (files.get(name) as Buffer).toString('utf8').split('\n').slice(0, -1);
}

export function putLines(files: Files, name: string, lines: readonly string[]): Files {
  files.set(name, Buffer.from(lines.map((line) => `${line}\n`).join('')));
  return files;
}
