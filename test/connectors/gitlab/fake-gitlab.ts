import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { PlaceOfAFake } from '../../helpers/place-of-a-fake.ts';

const SECRET_BYTES = Buffer.alloc(32, 5);
export const TOKEN = 'glpat-canary-of-the-fake';
export const SIGNING_TOKEN = `whsec_${SECRET_BYTES.toString('base64')}`;
const BOT = 99;

interface FakeDeployment {
  readonly id: number;
  readonly job: number;
  readonly project: number;
  readonly name: string;
  readonly startedBy: number;
  readonly author: number | null;
  status: 'blocked' | 'running' | 'success' | 'failed' | 'canceled';
  jobStatus: 'manual' | 'pending' | 'running' | 'success' | 'failed' | 'canceled';
  approvals: { user: { id: number }; status: string; comment: string }[];
}

/**
 * GitLab's REST API for deployments that wait, as its documentation says: it wants its token, knows only
 * its projects, takes one answer of each account and only while it is blocked, refuses the account that
 * started it, and starts no job by an approval alone.
 */
export class FakeGitlab {
  readonly deployments = new Map<string, FakeDeployment>();
  readonly calls: string[] = [];
  /** Merge requests are not tied to deployments yet. */
  isSlow = false;
  /** Who started pipelines; null where that account is gone. */
  starter: { readonly id: number } | null = { id: 3 };
  /** Answers every call in place of GitLab. */
  instead: number | null = null;
  readonly #place = new PlaceOfAFake(async (incoming, response) => {
    const { status, body } = await this.#answer(incoming);
    response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '1' });
    response.end(body === undefined ? '' : JSON.stringify(body));
  });
  #ids = 100;
  #deliveries = 0;

  get url(): string {
    return this.#place.url;
  }

  up(): Promise<void> {
    return this.#place.up();
  }

  down(): Promise<void> {
    return this.#place.down();
  }

  /** A deployment job that GitLab has blocked. */
  block(name: string, { project = 7300, startedBy = 1, author = 2 as number | null } = {}): FakeDeployment {
    const known = this.deployments.get(name);
    if (known !== undefined) return known;
    this.#ids += 10;
    const made: FakeDeployment = {
      id: this.#ids,
      job: this.#ids + 1,
      project,
      name,
      startedBy,
      author,
      status: 'blocked',
      jobStatus: 'manual',
      approvals: [],
    };
    this.deployments.set(name, made);
    return made;
  }

  jobEvent({ project, job }: FakeDeployment, status: string, at: number) {
    return this.sign(
      {
        object_kind: 'build',
        ref: 'main',
        build_id: job,
        build_name: 'deploy',
        build_status: status,
        project_id: project,
        user: { id: 1, name: 'Someone', email: '[REDACTED]' },
        environment: { name: 'prod', action: 'start', deployment_tier: 'production' },
      },
      at,
    );
  }

  deploymentEvent({ project, id, job }: FakeDeployment, status: string, at: number) {
    return this.sign(
      {
        object_kind: 'deployment',
        status,
        deployment_id: id,
        deployable_id: job,
        environment: 'prod',
        project: { id: project, path_with_namespace: 'acme/api' },
        short_sha: 'c0ffee12',
        user: { id: 1 },
      },
      at,
    );
  }

  sign(event: unknown, at: number) {
    this.#deliveries += 1;
    const body = Buffer.from(JSON.stringify(event));
    const id = `msg_${this.#deliveries}`;
    const timestamp = String(Math.floor(at / 1000));
    const signature = createHmac('sha256', SECRET_BYTES)
      .update(Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]))
      .digest('base64');
    const headers = {
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
      'x-gitlab-event': 'Job Hook',
    };
    return { body, headers };
  }

  async #answer(incoming: IncomingMessage): Promise<{ status: number; body?: unknown }> {
    const url = new URL(incoming.url ?? '', 'http://gitlab');
    this.calls.push(`${incoming.method} ${url.pathname}`);
    if (this.instead !== null) return { status: this.instead };
    if (incoming.headers['private-token'] !== TOKEN)
      return { status: 401, body: { message: '401 Unauthorized' } };
    const path = url.pathname.replace('/api/v4', '');
    if (path === '/user') return { status: 200, body: { id: BOT, username: 'keyturn' } };
    // GitLab ties a merge request to its commit at once, and to a deployment only after a while.
    const [, ofProject] =
      /^\/projects\/(\d+)\/repository\/commits\/[0-9a-f]{40}\/merge_requests$/.exec(path) ?? [];
    if (ofProject !== undefined) {
      const newest = [...this.deployments.values()].findLast((one) => String(one.project) === ofProject);
      return { status: 200, body: newest === undefined ? [] : mergeRequestsOf(newest) };
    }
    const [, project, kind, id, call] =
      /^\/projects\/(\d+)(?:\/(\w+))?(?:\/(\d+))?(?:\/(\w+))?$/.exec(path) ?? [];
    if (project !== '7300' && project !== '999') return { status: 404, body: { message: '404 Not Found' } };
    const all = [...this.deployments.values()].filter((one) => String(one.project) === project);
    if (kind === undefined)
      return {
        status: 200,
        body: { id: Number(project), path_with_namespace: 'acme/api', web_url: `${this.url}/acme/api` },
      };
    if (kind === 'pipelines') return { status: 200, body: { id: Number(id), user: this.starter } };
    if (kind === 'deployments' && id === undefined) {
      const status = url.searchParams.get('status');
      return { status: 200, body: all.filter((one) => one.status === status).map((one) => this.#shown(one)) };
    }
    const one = all.find((known) => String(kind === 'jobs' ? known.job : known.id) === id);
    if (one === undefined) return { status: 404, body: { message: '404 Not Found' } };
    if (kind === 'jobs' && call === 'play') return this.#play(one);
    if (kind === 'jobs') return { status: 200, body: { id: one.job, status: one.jobStatus } };
    if (call === 'merge_requests') return { status: 200, body: this.isSlow ? [] : mergeRequestsOf(one) };
    if (call === 'approval')
      return this.#decide(one, (await json(incoming)) as { status: string; comment: string });
    return { status: 200, body: this.#shown(one) };
  }

  #decide(one: FakeDeployment, { status, comment }: { status: string; comment: string }) {
    const bad = (message: string) => ({ status: 400, body: { message } });
    if (!['approved', 'rejected'].includes(status)) return bad('status does not have a valid value');
    if (one.status !== 'blocked') return bad('This deployment is not waiting for approvals.');
    if (one.startedBy === BOT) return bad('You cannot approve your own deployment.');
    if (one.approvals.some(({ user }) => user.id === BOT)) return bad('You have already answered.');
    one.approvals.push({ user: { id: BOT }, status, comment });
    if (status === 'rejected') {
      one.status = 'failed';
      one.jobStatus = 'failed';
    }
    return { status: 201, body: { status, comment } };
  }

  #play(one: FakeDeployment) {
    const isApproved = one.approvals.some(({ status }) => status === 'approved');
    if (one.jobStatus !== 'manual' || !isApproved)
      return { status: 400, body: { message: '400 Unplayable Job' } };
    one.jobStatus = 'pending';
    one.status = 'running';
    return { status: 200, body: { id: one.job, status: 'pending' } };
  }

  #shown(one: FakeDeployment) {
    return {
      id: one.id,
      status: one.status,
      ref: 'main',
      sha: 'c0ffee'.padEnd(40, '0'),
      user: { id: one.startedBy, name: 'Someone' },
      environment: { id: 9, name: 'prod' },
      deployable: {
        id: one.job,
        name: 'deploy',
        stage: 'deploy',
        status: one.jobStatus,
        user: { id: one.startedBy },
        pipeline: { id: 44 },
        commit: { title: 'Add orders', author_email: 'dev@acme.example' },
      },
      approvals: one.approvals,
    };
  }
}

function mergeRequestsOf({ author }: FakeDeployment) {
  return author === null ? [] : [{ iid: 12, author: { id: author }, merge_user: { id: 4 } }];
}
