import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { CountReporter } from './count-reporter.ts';

export default defineConfig({
  root: join(import.meta.dirname, '../..'),
  test: {
    include: ['test/**/*.test.ts'],
    // Real processes: better-sqlite3 is a native addon, and the fault tests kill theirs.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: ['default', new CountReporter()],
  },
});
