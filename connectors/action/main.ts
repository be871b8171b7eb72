import { readTimeoutMs } from '../guard/options.ts';
import { withIo } from '../guard/with-io.ts';
import { hold } from './hold.ts';
import { report } from './report.ts';
import { fail, input, saveState } from './runner.ts';

// What `action.yml` runs, before the job's next steps and once more after all of them.

const { env } = process;
const isAfter = env['STATE_begun'] === 'true';
const timeout = input(env, 'timeout');

if (!isAfter) saveState(env, 'begun', 'true');
const code = await withIo(
  () => readTimeoutMs(timeout === '' || isAfter ? {} : { timeout }),
  (io) => (isAfter ? report(env, io) : hold(env, io)),
);
if (code !== 0)
  fail(isAfter ? 'the outcome was not reported' : 'this job was not approved; nothing after it runs');
process.exitCode = code;
