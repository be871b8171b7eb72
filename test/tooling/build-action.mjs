import { fileURLToPath } from 'node:url';
import { bundler } from './bundler.mjs';

const { build } = await bundler();
const root = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

// One file that `action.yml` names. It is committed, since a runner takes the repository as it is: a test
// says when it is not what its sources make. No date, no path and no name of this machine is in it.
await build({
  absWorkingDir: root('.'),
  entryPoints: ['connectors/action/main.ts'],
  outfile: process.argv[2] ?? '.github/action/keyturn.mjs',
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.0',
  charset: 'utf8',
  legalComments: 'none',
  minify: false,
  logLevel: 'warning',
});
