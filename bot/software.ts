import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Package {
  readonly folder: string;
  readonly name: string;
  readonly version: string;
}

/** The package that runs. */
const PACKAGE: Package = (() => {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    try {
      const text = readFileSync(join(folder, 'package.json'), 'utf8');
      return { folder, ...(JSON.parse(text) as { name: string; version: string }) };
    } catch (cause) {
      if (folder === dirname(folder)) throw cause;
    }
  }
})();

/** What wrote an entry: name and version. */
export const SOFTWARE = `${PACKAGE.name}/${PACKAGE.version}`;

/** The verifier in one file, as every bundle brings it along. It is made by the build. */
export function readVerifier(): Uint8Array {
  return readFileSync(join(PACKAGE.folder, 'dist', 'verify.mjs'));
}

/** The thread that makes bundles, as the build made it. */
export const BUNDLE_WORKER = join(PACKAGE.folder, 'dist', 'store', 'export', 'bundle-worker.js');
