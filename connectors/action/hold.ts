import { type Payload, payloadText, toSubmission } from '../client/action.ts';
import { waitForApproval } from '../guard/approval.ts';
import { consume, isWhatWasSubmitted } from '../guard/consume.ts';
import { Ended, EXIT } from '../guard/exit-codes.ts';
import { openSettings } from '../guard/job-token.ts';
import { reportOutcome } from '../guard/outcome.ts';
import { openSession } from '../guard/session.ts';
import { submit } from '../guard/submit.ts';
import { parseJson } from '../guard/wire.ts';
import type { Io } from '../guard/with-io.ts';
import { withdraw } from '../guard/withdraw.ts';
import { input, mask, required, saveState, setOutput } from './runner.ts';

/** Of the job itself, as its runner says. What the OIDC token proves stands in the log besides. */
const OF_THE_JOB = {
  repository: 'GITHUB_REPOSITORY',
  repository_id: 'GITHUB_REPOSITORY_ID',
  workflow: 'GITHUB_WORKFLOW_REF',
  sha: 'GITHUB_SHA',
  ref: 'GITHUB_REF',
  run_id: 'GITHUB_RUN_ID',
  run_attempt: 'GITHUB_RUN_ATTEMPT',
  job: 'GITHUB_JOB',
} as const;

/** Asks for this job, waits, and takes the release. The steps after it run, or the job ends here. */
export async function hold(environment: NodeJS.ProcessEnv, io: Io): Promise<number> {
  const submission = toSubmission({
    action: required(environment, 'action'),
    target: required(environment, 'target'),
    reason: required(environment, 'reason'),
    payload: {},
    links: linkOf(environment),
  });
  const payload = payloadText(payloadOf(environment));
  const settings = await openSettings(settingsOf(environment));
  mask(settings.token);
  const session = openSession(settings, submission, payload, io);
  const request = await waitForApproval(session, await submit(session));
  if (io.interruption.leaving.aborted) return await withdraw(session, request);
  // Approved in time. A release that came later than the time-out would be used up for nothing.
  io.interruption.stopClock();
  const release = await consume(session, request);
  mask(release.nonce);
  const end = async (exitCode: number, detail: string): Promise<never> => {
    await reportOutcome(session, request, release.nonce, { status: 'failed', exitCode: null, detail });
    throw new Ended(exitCode, `request ${request.label}: ${detail}. Nothing was run.`, request);
  };
  if (!isWhatWasSubmitted(release, JSON.parse(payload) as Payload))
    return await end(EXIT.refused, 'it was released with another payload than was submitted');
  if (io.interruption.leaving.aborted) return await end(EXIT.gaveUp, 'the job was stopped before it started');
  try {
    // Before any step can run: what is released here has to be reported, also when the next step fails.
    saveState(environment, 'request', request.id);
    saveState(environment, 'nonce', release.nonce);
    setOutput(environment, 'request', request.id);
    setOutput(environment, 'payload', JSON.stringify(release.payload));
  } catch {
    return await end(EXIT.usage, 'the runner takes no state or output');
  }
  io.progress.say(`request ${request.label} is approved. The job goes on.`);
  return EXIT.approved;
}

/** With the address and audience of the inputs in the place of the variables. */
export function settingsOf(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const [url, audience] = [input(environment, 'url'), input(environment, 'audience')];
  return {
    ...environment,
    ...(url === '' ? {} : { KEYTURN_URL: url }),
    ...(audience === '' ? {} : { KEYTURN_AUDIENCE: audience }),
  };
}

function payloadOf(environment: NodeJS.ProcessEnv): Payload {
  const given = parseJson(input(environment, 'payload') || '{}');
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new Ended(EXIT.usage, 'the input "payload" is not a JSON object. Nothing was sent.');
  if (Object.hasOwn(given, 'github'))
    throw new Ended(
      EXIT.usage,
      'the input "payload" has a key "github", which is the job’s. Nothing was sent.',
    );
  const job = Object.entries(OF_THE_JOB).map(([name, variable]) => [name, environment[variable] ?? null]);
  return { ...given, github: Object.fromEntries(job) };
}

function linkOf({
  GITHUB_SERVER_URL: server,
  GITHUB_REPOSITORY: name,
  GITHUB_RUN_ID: run,
}: NodeJS.ProcessEnv) {
  const isWhole = server !== undefined && name !== undefined && run !== undefined;
  return isWhole ? [`${server}/${name}/actions/runs/${run}`] : [];
}
