import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { CountReporter } from './count-reporter.ts';

/** Not a test: it writes the pictures of the docs out of Microsoft's client. `npm run pictures` says so. */
const PICTURES = process.env['KEYTURN_WRITE'] === '1' ? ['test/pictures/*.pictures.ts'] : [];

export default defineConfig({
  root: join(import.meta.dirname, '../..'),
  test: {
    include: ['test/**/*.test.ts', ...PICTURES],
    // Real processes: better-sqlite3 is a native addon, and the fault tests kill theirs.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: ['default', new CountReporter()],
  },
});
