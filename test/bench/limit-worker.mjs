import { spawn } from 'node:child_process';
import { once } from 'node:events';
import bullmq from 'bullmq';
import { readOptions } from './lib/child.mjs';

/** A child process: BullMQ alone, one job at a time, and each starts `true` and waits for its end. */
const { name, port } = readOptions();
const connection = { host: '127.0.0.1', port, maxRetriesPerRequest: null };
new bullmq.Worker(name, () => once(spawn('/bin/true', { stdio: 'ignore' }), 'exit'), {
  connection,
  concurrency: 1,
});
process.on('SIGTERM', () => process.exit(0));
