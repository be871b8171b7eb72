// One file out of the bot: read from some hundred files, a start takes three times as long.
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

/** Beside compose.js, because parts of the bot find their files from where they stand. */
export const BOT = join(import.meta.dirname, '../../dist/bot/chaos-bot.js');
export const WORKER = join(import.meta.dirname, '../../dist/bot/chaos-worker.js');

export async function buildBot() {
  await build({
    entryPoints: ['bot.mjs', 'worker.mjs'].map((name) => join(import.meta.dirname, name)),
    outdir: dirname(BOT),
    entryNames: 'chaos-[name]',
    chunkNames: 'chaos-[hash]',
    splitting: true,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    external: ['better-sqlite3', '@slack/*'],
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);",
    },
    logLevel: 'error',
  });
}
