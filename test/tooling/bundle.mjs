import { fileURLToPath } from 'node:url';
import { bundler } from './bundler.mjs';

/**
 * One file of everything that `entry` needs. The same sources give the same bytes: no date, no path and
 * no name of this machine is in it. It is not minified: what is readable can be checked by whoever has to
 * trust it.
 */
export async function bundle(entry, outfile, more = {}) {
  const { build } = await bundler();
  await build({
    absWorkingDir: fileURLToPath(new URL('../..', import.meta.url)),
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.0',
    charset: 'utf8',
    legalComments: 'none',
    minify: false,
    logLevel: 'warning',
    ...more,
  });
}
