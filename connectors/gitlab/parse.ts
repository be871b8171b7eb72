import type { Parsed } from '../source/connector.ts';
import { AnyEvent, DeploymentEvent, JobEvent } from './schema.ts';
import { subjectOf, toHold } from './to-hold.ts';

/** A deployment event says that it began or ended; only a job's event comes while it is held. */
export function parse(body: Uint8Array): Parsed {
  const event = read(body);
  const { success, data } = AnyEvent.safeParse(event);
  if (!success) return unreadable('/object_kind');
  if (data.object_kind === 'deployment') {
    const parsed = DeploymentEvent.safeParse(event);
    if (!parsed.success) return unreadable(`/${parsed.error.issues[0]?.path.join('/') ?? ''}`);
    const { status, deployable_id, project } = parsed.data;
    return ended(status, subjectOf(project.id, deployable_id));
  }
  if (data.object_kind !== 'build') return { kind: 'nothing' };
  const parsed = JobEvent.safeParse(event);
  if (!parsed.success) return unreadable(`/${parsed.error.issues[0]?.path.join('/') ?? ''}`);
  const { build_id, build_status, project_id, environment } = parsed.data;
  if (environment === null) return { kind: 'nothing' };
  if (build_status === 'created' || build_status === 'manual' || build_status === 'pending')
    return { kind: 'hold', hold: toHold(project_id, build_id, environment.name) };
  return ended(build_status, subjectOf(project_id, build_id));
}

function ended(status: string, subject: string): Parsed {
  switch (status) {
    case 'success':
      return { kind: 'ended', subject, status: 'succeeded', detail: null };
    case 'failed':
      return { kind: 'ended', subject, status: 'failed', detail: 'the job failed in GitLab' };
    case 'canceled':
    case 'skipped':
      return { kind: 'gone', subject, why: `the job was ${status} in GitLab` };
    default:
      return { kind: 'nothing' };
  }
}

function read(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8')) as unknown;
  } catch {
    return null;
  }
}

function unreadable(pointer: string): Parsed {
  return { kind: 'unreadable', fields: [{ pointer, problem: 'is not what GitLab is known to send' }] };
}
