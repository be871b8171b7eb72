import { setTimeout as sleep } from 'node:timers/promises';
import type { Digest } from '../../bot/core/digest.ts';
import type { Executor, Job, TryEnded } from '../../bot/ports/executor.ts';
import { type AppIdentity, installationTokens } from '../../connectors/github/app-token.ts';
import { callSource, SourceBusy, type SourceCall } from '../../connectors/source/call-source.ts';
import { argvProblems, fillArgv } from './argv.ts';

export interface GithubWorkflowSettings {
  readonly app: AppIdentity;
  readonly installation: number;
  /** The token is for this id alone, so another repository that was given the name is not found. */
  readonly repositoryId: number;
  readonly repository: string;
  /** Its file, such as `deploy.yml`. */
  readonly workflow: string;
  readonly ref: string;
  /** `{/pointer}` as a whole value stands for that value of the payload. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly definition: Digest;
  readonly pollMs?: number;
  readonly graceMs?: number;
}

const POLL_MS = 10_000;
const CALL_MS = 10_000;
/** What a run that is called off gets to end. */
const GRACE_MS = 60_000;
const MAY = { actions: 'write' } as const;

/**
 * Starts a workflow of GitHub Actions by `workflow_dispatch`, once, and follows its run to the end. GitHub
 * takes no idempotency key and cannot be asked which run was ours, so it is never started again.
 */
export function githubWorkflowExecutor(settings: GithubWorkflowSettings): Executor {
  const names = Object.keys(settings.inputs);
  // What is filled in is a value of JSON and no argument, so it may begin with anything.
  const values = ['--', ...Object.values(settings.inputs)];
  const inputsOf = (payload: Job['payload']) =>
    Object.fromEntries(
      fillArgv(values, payload)
        .slice(1)
        .map((value, at) => [names[at] ?? '', value]),
    );
  const { repository, workflow, ref, definition } = settings;
  const tokenFor = installationTokens(settings.app, MAY);
  return {
    kind: 'once',
    definition,
    secrets: [],
    describe: (payload) => {
      const given = Object.entries(inputsOf(payload)).map(
        ([name, value]) => ` ${name}=${JSON.stringify(value)}`,
      );
      return `runs workflow ${workflow} of ${repository} at ${ref}${given.length > 0 ? ' with' : ''}${given.join('')}`;
    },
    problems: (payload) => argvProblems(values, payload),
    run: (job) => start(job, inputsOf(job.payload), settings, tokenFor),
  };
}

type TokenFor = ReturnType<typeof installationTokens>;
type Call = (method: SourceCall['method'], path: string, body?: unknown) => ReturnType<typeof callSource>;

async function start(
  job: Job,
  inputs: Readonly<Record<string, string>>,
  {
    app,
    installation,
    repositoryId,
    repository,
    workflow,
    ref,
    timeoutMs,
    pollMs = POLL_MS,
    graceMs = GRACE_MS,
  }: GithubWorkflowSettings,
  tokenFor: TokenFor,
): Promise<TryEnded> {
  // A clock that is set must neither end a run early nor follow it for longer.
  const until = performance.now() + timeoutMs;
  const call: Call = async (method, path, body) => {
    const token = await tokenFor(installation, repositoryId, AbortSignal.timeout(CALL_MS));
    const headers = { authorization: `Bearer ${token}`, accept: 'application/vnd.github+json' };
    const url = `${app.apiUrl}/repos/${repository}/actions${path}`;
    return callSource(url, { method, headers, body }, AbortSignal.timeout(CALL_MS));
  };
  try {
    // The last call before the effect: after it there is nothing that takes time.
    await tokenFor(installation, repositoryId, AbortSignal.timeout(CALL_MS));
  } catch {
    return failed('GitHub gives no token for it; nothing was started');
  }
  if (job.signal.aborted) return failed('stopped before it was started');
  if (job.isLate()) return failed('was not started in time; nothing was done');
  const id = await dispatch(call, workflow, { ref, inputs, return_run_details: true });
  if (typeof id !== 'number') return id;
  job.onOutput(Buffer.from(`started run ${id} of ${repository}\n`));
  return follow(job, call, id, { until, pollMs, graceMs });
}

/** The run, or why there is none that could be followed. */
async function dispatch(call: Call, workflow: string, body: unknown): Promise<number | TryEnded> {
  try {
    const { status, body: said } = await call('POST', `/workflows/${workflow}/dispatches`, body);
    const id = (said as { readonly workflow_run_id?: unknown } | null)?.workflow_run_id;
    if (status === 200 && typeof id === 'number' && Number.isSafeInteger(id)) return id;
    if (status >= 200 && status < 300) return unknown('GitHub started it and did not say which run it is');
    // Whatever stands before GitHub may have passed it on first.
    if (status === 421) return unknown('GitHub, or what stands before it, says that it is another server');
    return failed(`GitHub does not start it: HTTP ${status}`);
  } catch (cause) {
    if (cause instanceof SourceBusy && cause.message.endsWith(' 429'))
      return failed('GitHub asks for time; nothing was started');
    return unknown('GitHub gave no answer to the start');
  }
}

/** To its end. A poll that fails is no end: GitHub may be away for longer than one. */
async function follow(
  job: Job,
  call: Call,
  id: number,
  { until, pollMs, graceMs }: { readonly until: number; readonly pollMs: number; readonly graceMs: number },
): Promise<TryEnded> {
  let end: number | null = null;
  let isHeard = false;
  for (;;) {
    if (job.signal.aborted || performance.now() >= until) end ??= performance.now() + graceMs;
    // Until GitHub has heard it: somebody waits for the stop.
    if (end !== null && !isHeard) isHeard = await callOff(call, id);
    const run = await read(call, id);
    if (run?.status === 'completed') {
      if (run.conclusion === 'success') return { ...failed(`run ${id} succeeded`), status: 'succeeded' };
      return failed(`run ${id} ended with ${String(run.conclusion)}`);
    }
    if (end !== null && performance.now() >= end)
      return unknown(`run ${id} did not end when it was called off`);
    await sleep(pollMs, undefined, end !== null ? {} : { signal: job.signal }).catch(() => undefined);
  }
}

/** Whether GitHub took it, or says that there is nothing to call off any more. */
async function callOff(call: Call, id: number): Promise<boolean> {
  try {
    const { status } = await call('POST', `/runs/${id}/cancel`);
    return status === 202 || status === 409;
  } catch {
    return false;
  }
}

async function read(call: Call, id: number) {
  try {
    const { status, body } = await call('GET', `/runs/${id}`);
    return status === 200 ? (body as { readonly status?: unknown; readonly conclusion?: unknown }) : null;
  } catch {
    return null;
  }
}

function failed(detail: string): TryEnded {
  return { status: 'failed', exitCode: null, detail, retryable: false };
}

function unknown(detail: string): TryEnded {
  return { ...failed(detail), status: 'unknown' };
}
