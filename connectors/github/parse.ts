import type { ToHold } from '../../bot/app/hold-for-source.ts';
import type { Parsed } from '../source/connector.ts';
import type { Place } from './client.ts';
import { AnyAction, RuleRequested, RunCompleted } from './schema.ts';

/** What is needed to read the run and to answer for it. */
export interface Ref {
  readonly place: Place;
  readonly run: number;
  /** Null until the run was read: no delivery says it. */
  readonly attempt: number | null;
  readonly environment: string;
}

/** One review answers every job of a run that waits for this environment, so that is the thing that is held. */
export function subjectOf({ place, run, attempt, environment }: Ref): string {
  return `${runOf(place.id, run, attempt ?? 0)}${environment}`;
}

function runOf(repository: number, run: number, attempt: number): string {
  return `github ${repository}/${run}/${attempt}/`;
}

export function parse(body: Uint8Array, event: string): Parsed {
  const said = read(body);
  if (said === undefined) return unreadable('');
  const action = AnyAction.safeParse(said);
  if (!action.success) return unreadable('/action');
  if (event === 'deployment_protection_rule' && action.data.action === 'requested') return requested(said);
  if (event === 'workflow_run' && action.data.action === 'completed') return completed(said);
  return { kind: 'nothing' };
}

function requested(said: unknown): Parsed {
  const rule = RuleRequested.safeParse(said);
  if (!rule.success) return unreadable(`/${rule.error.issues[0]?.path.join('/') ?? ''}`);
  const { environment, deployment_callback_url, repository, installation } = rule.data;
  const run = /\/actions\/runs\/([1-9][0-9]{0,15})\/deployment_protection_rule$/.exec(
    deployment_callback_url,
  );
  if (run === null) return unreadable('/deployment_callback_url');
  const place = { installation: installation.id, id: repository.id, name: repository.full_name };
  return { kind: 'hold', hold: toHold({ place, run: Number(run[1]), attempt: null, environment }) };
}

function completed(said: unknown): Parsed {
  const parsed = RunCompleted.safeParse(said);
  if (!parsed.success) return unreadable(`/${parsed.error.issues[0]?.path.join('/') ?? ''}`);
  const { repository, workflow_run } = parsed.data;
  const { conclusion } = workflow_run;
  const subject = runOf(repository.id, workflow_run.id, workflow_run.run_attempt);
  if (conclusion === 'success') return { kind: 'ended', subject, status: 'succeeded', detail: null };
  return { kind: 'ended', subject, status: 'failed', detail: `the run ended in GitHub with ${conclusion}` };
}

/** What a delivery or a list says of it, before GitHub was asked for the rest. */
export function toHold(ref: Ref): ToHold {
  const { place, run, environment } = ref;
  return {
    claims: { repository_id: String(place.id), environment },
    subject: subjectOf(ref),
    asker: `${place.id}/${run}/${environment}`,
    submission: {
      action: 'github.deploy',
      target: { system: 'github', environment, resource: place.name },
      reason: 'a deployment waits in GitHub',
      onBehalfOf: null,
      payload: { repository_id: place.id, run_id: run, environment },
      links: [],
      expiresInS: null,
      hold: 'poll',
    },
    identities: [],
    ref: { ...ref, place: { ...place } },
    secrets: {},
  };
}

function read(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

function unreadable(pointer: string): Parsed {
  return { kind: 'unreadable', fields: [{ pointer, problem: 'is not what GitHub is known to send' }] };
}
