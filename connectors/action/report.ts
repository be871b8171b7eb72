import { Client } from '../guard/client.ts';
import { EXIT } from '../guard/exit-codes.ts';
import { openSettings } from '../guard/job-token.ts';
import { reportOutcome } from '../guard/outcome.ts';
import type { Io } from '../guard/with-io.ts';
import { settingsOf } from './hold.ts';
import { input, mask } from './runner.ts';

/** After the job: how it ended. The job's own token opens another session of the same run. */
export async function report(environment: NodeJS.ProcessEnv, io: Io): Promise<number> {
  const [id, nonce] = [environment['STATE_request'] ?? '', environment['STATE_nonce'] ?? ''];
  // Nothing was released, so there is nothing to report.
  if (id === '' || nonce === '') return EXIT.approved;
  mask(nonce);
  const ended = input(environment, 'job-status');
  const outcome = outcomeOf(ended);
  if (outcome === null) {
    io.progress.say(`how request ${id} ended is not known here: a person has to settle it`);
    return EXIT.approved;
  }
  const settings = await openSettings(settingsOf(environment));
  mask(settings.token);
  const session = { client: new Client(settings), ...io };
  const detail = `the job ended with ${ended}`;
  await reportOutcome(session, { id, label: id }, nonce, { status: outcome, exitCode: null, detail });
  return EXIT.approved;
}

/** Null: the runner does not say, and nobody guesses. */
function outcomeOf(status: string): 'succeeded' | 'failed' | null {
  if (status === 'success') return 'succeeded';
  return status === 'failure' || status === 'cancelled' ? 'failed' : null;
}
