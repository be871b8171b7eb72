import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isOnPath, skipUnless } from '../helpers/require.ts';

interface Summary {
  readonly runs: number;
  readonly clean: number;
  readonly kills: number;
  readonly freezes: number;
  readonly redis: number;
  readonly disk: number;
  readonly bad: readonly unknown[];
}

/** The long form, some thousand runs, is `npm run test:chaos -- 2000`. */
it('rows 2, 24 and 25: killed, frozen, without Redis or without room on the disk, at any named point and on any machine, what was approved has its effect once, or is said to be unknown', {
  timeout: 180_000,
}, async (context) => {
  skipUnless(context, 'redis', isOnPath('redis-server'));
  const run = spawn(process.execPath, [join(import.meta.dirname, 'run.mjs')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  run.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const [code] = await once(run, 'close');
  const summary = JSON.parse(said.trimEnd().split('\n').at(-2) ?? 'null') as Summary;
  expect(summary.bad).toEqual([]);
  expect(summary).toMatchObject({ kills: 27, freezes: 9, redis: 5 });
  // None where no small disk can be mounted; the run has said so.
  expect([0, 5]).toContain(summary.disk);
  expect([summary.clean, code]).toEqual([summary.runs, 0]);
});
