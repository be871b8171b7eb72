import { fileURLToPath } from 'node:url';
import { bundler } from './bundler.mjs';

const { build } = await bundler();
const root = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

// One file, for a machine that has Node and nothing of ours. The same sources give the same bytes: no
// date, no path and no name of this machine is in it.
await build({
  absWorkingDir: root('.'),
  entryPoints: ['bot/cli/verify-main.ts'],
  outfile: 'dist/verify.mjs',
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.0',
  charset: 'utf8',
  legalComments: 'none',
  banner: {
    js: '// Keyturn audit verifier. Usage: node verify.mjs --key KEY [--anchor FILE]... [BUNDLE]',
  },
  // What is readable can be checked by whoever has to trust it.
  minify: false,
  logLevel: 'warning',
});
