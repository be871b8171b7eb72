import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { KeyturnFault } from '../core/fault.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export interface StaticFile {
  readonly type: string;
  readonly bytes: Buffer<ArrayBuffer>;
}

/**
 * The page, by path, read once at the start. The paths are names that were found in the folder, so
 * none that comes from outside ever reaches the disk.
 */
export function readStaticFiles(): ReadonlyMap<string, StaticFile> {
  const folder = builtPage(import.meta.dirname);
  const names = readdirSync(folder).filter((name) => extname(name) in TYPES && name !== 'page.html');
  const files = new Map(names.map((name) => [`/room/page/${name}`, fileAt(join(folder, name))]));
  files.set('/room', fileAt(join(folder, 'page.html')));
  const cards = createRequire(import.meta.url).resolve('adaptivecards/dist/adaptivecards.min.js');
  return files.set('/room/adaptivecards.js', fileAt(cards));
}

/** Browsers need the built page, also where the rest runs from its sources. */
function builtPage(from: string): string {
  for (let folder = from; folder !== join(folder, '..'); folder = join(folder, '..')) {
    const page = join(folder, 'dist/bot/room/page');
    if (existsSync(join(page, 'main.js'))) return page;
  }
  throw new KeyturnFault('CONFIG_INVALID', 'the page of the room is not built: run npm run build');
}

function fileAt(path: string): StaticFile {
  return { type: TYPES[extname(path)] ?? 'application/octet-stream', bytes: Buffer.from(readFileSync(path)) };
}
