import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { CountReporter } from './count-reporter.ts';

/** The real agents from npm, offline. Apart from the rest, because they are large and not everywhere. */
export default defineConfig({
  root: join(import.meta.dirname, '../..'),
  test: {
    include: ['test/agents/**/*.agents.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 90_000,
    reporters: ['default', new CountReporter()],
  },
});
