import type { ToHold } from '../../bot/app/hold-for-source.ts';
import type { Identity } from '../../bot/core/unresolved.ts';
import type { GitlabClient } from './client.ts';
import type { Deployment } from './schema.ts';

const LONGEST_REASON = 500;
/** Whom GitLab does not name, such as an account that is gone, is somebody all the same. */
const NOBODY = 'gitlab-user:unknown';

/** The job that would deploy: the one name that events, lists and deployments agree on. */
export function subjectOf(project: number, job: number): string {
  return `gitlab ${project}/${job}`;
}

/** What an event or a list says of it, before GitLab was asked for the rest. */
export function toHold(project: number, job: number, environment: string): ToHold {
  return {
    claims: { project_id: String(project), environment },
    subject: subjectOf(project, job),
    asker: `${project}/${job}`,
    submission: {
      action: 'gitlab.deploy',
      target: { system: 'gitlab', environment, resource: String(project) },
      reason: 'a deployment waits in GitLab',
      onBehalfOf: null,
      payload: { project_id: project, job_id: job, environment },
      links: [],
      expiresInS: null,
      hold: 'poll',
    },
    identities: [],
    ref: { project, job },
    secrets: {},
  };
}

/** With what only GitLab knows: the commit that would go out, and who stands behind it. */
export async function whole(
  api: GitlabClient,
  host: string,
  project: number,
  deployment: Deployment,
  signal: AbortSignal,
): Promise<ToHold> {
  const { id, sha, ref, deployable, environment } = deployment;
  const [where, pipeline, merged] = await Promise.all([
    api.project(project, signal),
    api.pipeline(project, deployable.pipeline.id, signal),
    api.mergeRequestsOf(project, id, sha, signal),
  ]);
  const account = (user: number) => `gitlab:${host}/${user}`;
  const behind: readonly (readonly [number | null, string])[] = [
    [deployment.user?.id ?? null, 'started the deployment'],
    [deployable.user?.id ?? null, 'owns the job'],
    [pipeline.user?.id ?? null, 'started the pipeline'],
    ...merged.flatMap(({ iid, author, merge_user }) => [
      [author?.id ?? null, `wrote merge request ${iid}`] as const,
      // Nobody has merged one that is still open.
      ...(merge_user == null ? [] : [[merge_user.id, `merged merge request ${iid}`] as const]),
    ]),
  ];
  const known = behind.map(
    ([user, because]): Identity => ({ account: user === null ? NOBODY : account(user), because }),
  );
  // Nobody's merge request: the author is an address that anybody could have written, so it is nobody we know.
  const email = deployable.commit?.author_email;
  const author: readonly Identity[] =
    merged.length > 0 || email == null ? [] : [{ account: `gitlab-commit:${email}`, because: 'wrote it' }];
  const title = deployable.commit?.title ?? '';
  const base = toHold(project, deployable.id, environment.name);
  return {
    ...base,
    submission: {
      ...base.submission,
      target: { system: 'gitlab', environment: environment.name, resource: where.path_with_namespace },
      reason: `Deploy ${ref} to ${environment.name}: ${title}`.slice(0, LONGEST_REASON),
      payload: {
        project_id: project,
        project: where.path_with_namespace,
        environment: environment.name,
        ref,
        sha,
        pipeline_id: deployable.pipeline.id,
        job_id: deployable.id,
        job: deployable.name,
        deployment_id: id,
      },
      links: [`${where.web_url}/-/jobs/${deployable.id}`],
    },
    identities: [...known, ...author],
    ref: { project, job: deployable.id, deployment: id },
  };
}
