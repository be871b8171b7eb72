import { fileURLToPath } from 'node:url';
import { bundler } from './bundler.mjs';

const { build } = await bundler();

await build({
  absWorkingDir: fileURLToPath(new URL('../..', import.meta.url)),
  entryPoints: ['main.ts', 'page.css', 'page.html', 'mark.svg'].map((name) => `bot/room/page/${name}`),
  outdir: 'dist/bot/room/page',
  bundle: true,
  format: 'esm',
  target: 'es2022',
  loader: { '.html': 'copy', '.svg': 'copy' },
  logLevel: 'warning',
});
