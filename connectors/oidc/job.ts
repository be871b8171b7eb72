import { GithubJob, GitlabJob } from './schema.ts';

export interface Job {
  /** Two jobs never have the same. */
  readonly run: string;
  readonly startedBy: string | null;
}

/** Which run a token is of, and who started it, in its forge's own claims. Null where it does not say. */
export function toJob(issuer: string, claims: Readonly<Record<string, unknown>>): Job | null {
  const { hostname } = new URL(issuer);
  const github = GithubJob.safeParse(claims);
  if (github.success) {
    const { repository_id, run_id, run_attempt, actor_id } = github.data;
    const host = hostname === 'token.actions.githubusercontent.com' ? 'github.com' : hostname;
    return {
      run: `${repository_id}/${run_id}/${run_attempt}`,
      // There is no claim for who triggered a re-run. Who started it first is at least not the approver.
      startedBy: `github:${host}/${actor_id}`,
    };
  }
  const gitlab = GitlabJob.safeParse(claims);
  if (!gitlab.success) return null;
  const { project_id, pipeline_id, job_id } = gitlab.data;
  const user = claims['user_id'];
  const startedBy =
    typeof user === 'string' || typeof user === 'number' ? `gitlab:${hostname}/${user}` : null;
  return { run: `${project_id}/${pipeline_id}/${job_id}`, startedBy };
}
