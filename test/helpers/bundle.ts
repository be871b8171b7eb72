import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { tokenOf, type Who } from './rulebook.ts';
import type { TestKeyturn } from './start-keyturn.ts';

export interface UnpackedBundle {
  /** Where it was unpacked to: its own folder, with nothing of Keyturn around it. */
  readonly folder: string;
  readonly archive: string;
  readonly names: readonly string[];
  read(name: string): string;
  lines(name: string): readonly string[];
}

/** What the API answers to an export, as bytes. */
export async function exportBytes(
  keyturn: TestKeyturn,
  body: Record<string, unknown> = {},
  who: Who = 'carol',
): Promise<Response> {
  return fetch(`${keyturn.url}/v1/audit/exports`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tokenOf(who)}` },
    body: JSON.stringify(body),
  });
}

/** Exports and unpacks with the system's own tar. */
export async function exportBundle(
  keyturn: TestKeyturn,
  body: Record<string, unknown> = {},
): Promise<UnpackedBundle> {
  const response = await exportBytes(keyturn, body);
  expect(response.status).toBe(200);
  return unpack(Buffer.from(await response.arrayBuffer()));
}

export function unpack(bytes: Uint8Array): UnpackedBundle {
  const dir = mkdtempSync(join(tmpdir(), 'keyturn-bundle-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const archive = join(dir, 'bundle.tar.gz');
  writeFileSync(archive, bytes);
  execFileSync('tar', ['-xzf', archive, '-C', dir]);
  const [name = ''] = readdirSync(dir).filter((one) => one.startsWith('audit-'));
  const folder = join(dir, name);
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  const read = (path: string) => readFileSync(join(folder, path), 'utf8');
  return {
    folder,
    archive,
    names,
    read,
    lines: (path) => read(path).split('\n').slice(0, -1),
  };
}

export function verifierKey(keyturn: TestKeyturn): string {
  const { notary, store } = keyturn.keyturn.context;
  return notary.keyFor(store.committed.tree.origin());
}

/** What the bundle's own verifier says, run by a stock Node in the bundle's folder. */
export function verifyAlone({ folder }: UnpackedBundle, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['verify.mjs', ...args], {
    cwd: folder,
    env: {},
    encoding: 'utf8',
  });
  return { exit: status, out: stdout + stderr };
}
