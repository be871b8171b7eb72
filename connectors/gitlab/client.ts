import { callSource, type SourceAnswer } from '../source/call-source.ts';
import { Deployment, Deployments, Job, Me, MergeRequests, Pipeline, Project, type Read } from './schema.ts';

/** GitLab's REST API v4, as far as it is needed. Addresses are made of ids and the configured host. */
export interface GitlabClient {
  blocked(project: number, environment: string | null, signal: AbortSignal): Promise<readonly Deployment[]>;
  /** Null: there is none. */
  deployment(project: number, id: number, signal: AbortSignal): Promise<Deployment | null>;
  /** Those of the deployment, which GitLab adds after it was made, and those of its commit. */
  mergeRequestsOf(project: number, id: number, sha: string, signal: AbortSignal): Promise<MergeRequests>;
  project(id: number, signal: AbortSignal): Promise<Project>;
  pipeline(project: number, id: number, signal: AbortSignal): Promise<Pipeline>;
  job(project: number, id: number, signal: AbortSignal): Promise<Job>;
  /** The id of the account that we are there. */
  me(signal: AbortSignal): Promise<number>;
  answer(
    project: number,
    deployment: number,
    status: 'approved' | 'rejected',
    comment: string,
    signal: AbortSignal,
  ): Promise<void>;
  play(project: number, job: number, signal: AbortSignal): Promise<void>;
}

export function gitlabClient({ url, token }: { readonly url: string; readonly token: string }): GitlabClient {
  const headers = { 'private-token': token };
  const get = async <T>(path: string, schema: Read<T>, signal: AbortSignal): Promise<T | null> => {
    const { status, body } = await callSource(`${url}/api/v4${path}`, { method: 'GET', headers }, signal);
    if (status === 404) return null;
    if (status !== 200) throw new Error(`GitLab answers ${status}`);
    return schema.parse(body);
  };
  const must = async <T>(found: Promise<T | null>): Promise<T> => {
    const value = await found;
    if (value === null) throw new Error('GitLab answers 404');
    return value;
  };
  const post = async (path: string, body: unknown, signal: AbortSignal): Promise<void> => {
    const answer: SourceAnswer = await callSource(
      `${url}/api/v4${path}`,
      { method: 'POST', headers, body },
      signal,
    );
    if (answer.status < 200 || answer.status > 299) throw new Error(`GitLab answers ${answer.status}`);
  };
  let known: number | null = null;
  return {
    blocked(project, environment, signal) {
      const only = environment === null ? '' : `&environment=${encodeURIComponent(environment)}`;
      const query = `status=blocked&order_by=id&sort=desc&per_page=100${only}`;
      return must(get(`/projects/${project}/deployments?${query}`, Deployments, signal));
    },
    deployment: (project, id, signal) => get(`/projects/${project}/deployments/${id}`, Deployment, signal),
    async mergeRequestsOf(project, id, sha, signal) {
      const lists = await Promise.all(
        [`deployments/${id}`, `repository/commits/${sha}`].map((of) =>
          must(get(`/projects/${project}/${of}/merge_requests?per_page=100`, MergeRequests, signal)),
        ),
      );
      return [...new Map(lists.flat().map((one) => [one.iid, one])).values()];
    },
    project: (id, signal) => must(get(`/projects/${id}`, Project, signal)),
    pipeline: (project, id, signal) => must(get(`/projects/${project}/pipelines/${id}`, Pipeline, signal)),
    job: (project, id, signal) => must(get(`/projects/${project}/jobs/${id}`, Job, signal)),
    async me(signal) {
      known ??= (await must(get('/user', Me, signal))).id;
      return known;
    },
    answer: (project, deployment, status, comment, signal) =>
      post(`/projects/${project}/deployments/${deployment}/approval`, { status, comment }, signal),
    play: (project, job, signal) => post(`/projects/${project}/jobs/${job}/play`, {}, signal),
  };
}
