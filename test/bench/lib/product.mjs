import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const DIST = new URL('../../../dist/', import.meta.url);

/** Path of a built file. Loaded by path and not by name, since the bench measures what ships. */
export function built(path) {
  const file = fileURLToPath(new URL(path, DIST));
  if (!existsSync(file)) throw new Error(`${file} is not there: npm run build`);
  return file;
}

export function load(path) {
  return import(built(path));
}
