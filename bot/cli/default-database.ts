import { join, resolve } from 'node:path';
import { DEMO_FOLDER } from '../demo/demo.ts';
import { configFile, readPlace } from './configuration.ts';

/** The database of the install in this folder; where there is no config, the demo's. */
export function defaultDatabase(): string {
  const file = configFile(undefined, process.env);
  const dataDir = file === null ? demoDataDir() : readPlace(file, process.env).dataDir;
  return join(dataDir, 'keyturn.db');
}

export function demoDataDir(): string {
  const named = process.env['KEYTURN_DATA_DIR'] ?? '';
  return resolve(named === '' ? join(DEMO_FOLDER, 'data') : named);
}
