import { readTimeoutMs } from '../guard/options.ts';
import { withIo } from '../guard/with-io.ts';
import { hold } from './hold.ts';
import { report } from './report.ts';
import { fail, input, saveState } from './runner.ts';

// What `action.yml` runs, before the job's next steps and once more after all of them.

const { env } = process;
const isAfter = env['STATE_begun'] === 'true';
const timeout = input(env, 'timeout');

const code = await withIo(
  () => readTimeoutMs(timeout === '' || isAfter ? {} : { timeout }),
  (io) => {
    if (isAfter) return report(env, io);
    saveState(env, 'begun', 'true');
    return hold(env, io);
  },
);
if (code !== 0)
  fail(isAfter ? 'the outcome was not reported' : 'this job was not approved; nothing after it runs');
// Written before it ends, also into a pipe that is read slowly. A connection that is kept for reuse would
// keep a job waiting that was called off.
process.stdout.write('', () => process.exit(code));
