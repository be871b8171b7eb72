import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { PlaceOfAFake } from '../../helpers/place-of-a-fake.ts';

export const HMAC_KEY = 'hmac-key-canary-of-the-run-task';
const TASK_TOKEN = 'task-token-canary';
const MINUTE = 60_000;

interface Task {
  readonly name: string;
  readonly number: number;
  readonly organization: string;
  readonly begunAt: number;
  plan: unknown;
  status: 'pending' | 'running' | 'passed' | 'failed' | 'errored' | 'canceled';
  heardAt: number;
  readonly said: { status: string; message: string }[];
}

/** A plan as `terraform show -json` prints it: one bucket comes, one role changes. */
export function aPlan(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    format_version: '1.2',
    terraform_version: '1.9.0',
    timestamp: '2026-11-28T08:00:00Z',
    applyable: true,
    complete: true,
    errored: false,
    resource_changes: [
      {
        address: 'aws_s3_bucket.logs',
        type: 'aws_s3_bucket',
        name: 'logs',
        change: {
          actions: ['create'],
          before: null,
          after: { bucket: 'value-canary-logs' },
          after_unknown: {},
        },
      },
      {
        address: 'aws_iam_role.ci',
        type: 'aws_iam_role',
        name: 'ci',
        change: { actions: ['update'], before: { path: '/' }, after: { path: '/ci/' }, after_unknown: {} },
      },
    ],
    ...changes,
  };
}

/**
 * HCP Terraform, as far as a run task sees it: one token for one result, JSON:API and nothing else, plans
 * behind a redirect to a store that takes no token, ten minutes of silence and sixty in all, no word after
 * the end.
 */
export class FakeHcp {
  readonly tasks = new Map<string, Task>();
  /** What went wrong with a call, in the fake's own words. */
  readonly complaints: string[] = [];
  /** Words are taken, and whoever said them never hears of it. */
  losesAnswers = false;
  /** Where plans are kept; null: here. */
  storeUrl: string | null = null;
  user: string | null = 'user-V3R563qtJNcExAkN';
  readonly #now: () => number;
  readonly #place = new PlaceOfAFake(async (incoming, response) => {
    const { status, body, location } = await this.#answer(incoming);
    if (this.losesAnswers && incoming.method === 'PATCH') return void response.destroy();
    response.writeHead(status, {
      'content-type': 'application/vnd.api+json',
      ...(location === undefined ? {} : { location }),
    });
    response.end(body === undefined ? '' : JSON.stringify(body));
  });
  #count = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  get url(): string {
    return this.#place.url;
  }

  up(): Promise<void> {
    return this.#place.up();
  }

  down(): Promise<void> {
    return this.#place.down();
  }

  /** A run reaches its run task. */
  start(name: string, { organization = 'acme', plan = aPlan() as unknown } = {}): Task {
    const known = this.tasks.get(name);
    if (known !== undefined) return known;
    this.#count += 1;
    const at = this.#now();
    const task: Task = {
      name,
      number: this.#count,
      organization,
      begunAt: at,
      plan,
      status: 'pending',
      heardAt: at,
      said: [],
    };
    this.tasks.set(name, task);
    return task;
  }

  post({ number, organization }: Task, changes: Record<string, unknown> = {}) {
    return this.sign({
      payload_version: 1,
      stage: 'post_plan',
      access_token: `${TASK_TOKEN}-${number}`,
      is_speculative: false,
      organization_name: organization,
      workspace_id: 'ws-ck4G5bb1Yei5szRh',
      workspace_name: 'network',
      run_id: `run-${number}`,
      run_app_url: `${this.url}/app/${organization}/network/runs/run-${number}`,
      run_message: 'Add the log bucket',
      run_created_by: 'someone',
      task_result_id: `taskrs-${number}`,
      task_result_enforcement_level: 'mandatory',
      task_result_callback_url: `${this.url}/api/v2/task-results/0000000${number}/callback`,
      plan_json_api_url: `${this.url}/api/v2/plans/plan-${number}/json-output`,
      vcs_commit_hash: '7d8fb2a2d601edebdb7a59ad2088a96673637d22',
      ...changes,
    });
  }

  sign(said: unknown) {
    const body = Buffer.from(JSON.stringify(said));
    const signature = createHmac('sha512', HMAC_KEY).update(body).digest('hex');
    return { body, headers: { 'x-tfc-task-signature': signature } };
  }

  async #answer(incoming: IncomingMessage): Promise<{ status: number; body?: unknown; location?: string }> {
    const url = new URL(incoming.url ?? '', this.url);
    const stored = /^\/store\/(\d+)$/.exec(url.pathname)?.[1];
    if (stored !== undefined) {
      if (incoming.headers.authorization !== undefined)
        return this.#complain(400, 'a token came to the store');
      return { status: 200, body: this.#byNumber(stored)?.plan };
    }
    const [, kind, id = ''] = /^\/api\/v2\/(plans|runs|task-results)\/([\w-]+)/.exec(url.pathname) ?? [];
    const task = this.#byNumber(/(\d+)$/.exec(id)?.[1]?.replace(/^0+/, ''));
    if (task === undefined) return { status: 404 };
    if (incoming.headers.authorization !== `Bearer ${TASK_TOKEN}-${task.number}`) return { status: 401 };
    if (kind === 'plans')
      return { status: 307, location: `${this.storeUrl ?? this.url}/store/${task.number}` };
    if (kind === 'runs') {
      if (this.user === null) return { status: 404 };
      return {
        status: 200,
        body: { data: { relationships: { 'created-by': { data: { id: this.user } } } } },
      };
    }
    return this.#hear(task, incoming);
  }

  async #hear(task: Task, incoming: IncomingMessage) {
    if (incoming.method !== 'PATCH') return this.#complain(405, 'a callback is a PATCH');
    if (incoming.headers['content-type'] !== 'application/vnd.api+json')
      return this.#complain(415, 'a callback is JSON:API');
    const { data } = (await json(incoming)) as {
      data: { type: string; attributes: { status: string; message: string } };
    };
    const { status, message } = data.attributes;
    if (data.type !== 'task-results' || !['running', 'passed', 'failed'].includes(status))
      return this.#complain(422, 'no such status');
    const at = this.#now();
    if (at - task.heardAt > 10 * MINUTE || at - task.begunAt > 60 * MINUTE) task.status = 'errored';
    if (task.status !== 'pending' && task.status !== 'running') return { status: 404 };
    task.status = status as Task['status'];
    task.heardAt = at;
    task.said.push({ status, message });
    return { status: 200, body: {} };
  }

  #complain(status: number, why: string) {
    this.complaints.push(why);
    return { status };
  }

  #byNumber(number: string | undefined): Task | undefined {
    return [...this.tasks.values()].find((task) => String(task.number) === number);
  }
}
