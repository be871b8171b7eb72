import { createHmac, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { PlaceOfAFake } from '../../helpers/place-of-a-fake.ts';
import { callOff, type Dispatched, dispatch } from './fake-dispatch.ts';

export const WEBHOOK_SECRET = 'webhook-secret-canary';
export const APP_ID = '4711';
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const PRIVATE_KEY = String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
const PUBLIC_KEY = createPublicKey(pair.privateKey);

interface FakeRun {
  readonly name: string;
  readonly id: number;
  readonly repository: number;
  headRepository: number;
  attempt: number;
  actor: number | null;
  triggeredBy: number;
  author: number | null;
  pull: { number: number; user: number; authors: readonly number[]; others?: number } | null;
  environments: string[];
  /** How it ended; null while it goes on. */
  ended: string | null;
  readonly reviews: { state: string; comment: string; environment: string }[];
}

interface Issued {
  readonly until: number;
  readonly repositories: readonly number[] | null;
  readonly permissions: Readonly<Record<string, string>>;
}

type Answer = { readonly status: number; readonly body?: unknown };

/**
 * GitHub's REST API as an App sees it: it checks the App's JWT, gives tokens narrowed to what was asked and
 * for an hour, answers 404 to whoever may not see something, wants each call's permission, takes one review
 * of each run and environment and only while it waits, and can ask for time.
 */
export class FakeGithub {
  readonly runs = new Map<string, FakeRun>();
  readonly calls: string[] = [];
  readonly complaints: string[] = [];
  readonly dispatched: Dispatched[] = [];
  /** Its runs do not end when they are called off. */
  isStubborn = false;
  /** Answers every call in place of GitHub. */
  instead: number | null = null;
  repositoryName = 'acme/api';
  /** The id of whoever has that name now, where it is another one. */
  idShown: number | null = null;
  readonly #issued = new Map<string, Issued>();
  readonly #now: () => number;
  readonly #place = new PlaceOfAFake(async (incoming, response) => {
    const { status, body } = await this.#answer(incoming);
    response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '1' });
    response.end(body === undefined ? '' : JSON.stringify(body));
  });
  #ids = 1000;
  #deliveries = 0;

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

  /** A run that waits for this environment. */
  wait(name: string, changes: Partial<Omit<FakeRun, 'name' | 'id'>> = {}): FakeRun {
    const known = this.runs.get(name);
    if (known !== undefined) return known;
    this.#ids += 1;
    const run: FakeRun = {
      name,
      id: this.#ids,
      repository: 7300,
      headRepository: changes.repository ?? 7300,
      attempt: 1,
      actor: 11,
      triggeredBy: 12,
      author: 13,
      pull: { number: 5, user: 14, authors: [15] },
      environments: ['prod'],
      ended: null,
      reviews: [],
      ...changes,
    };
    this.runs.set(name, run);
    return run;
  }

  requested(run: FakeRun, environment = 'prod') {
    return this.sign('deployment_protection_rule', {
      action: 'requested',
      environment,
      event: 'push',
      deployment_callback_url: `${this.url}/repos/${this.repositoryName}/actions/runs/${run.id}/deployment_protection_rule`,
      deployment: { id: run.id * 10 },
      pull_requests: [],
      sha: 'c0ffee'.padEnd(40, '0'),
      ref: 'main',
      repository: { id: run.repository, full_name: this.repositoryName },
      installation: { id: 77 },
      sender: { id: 11 },
    });
  }

  completed(run: FakeRun, conclusion: string) {
    return this.sign('workflow_run', {
      action: 'completed',
      repository: { id: run.repository, full_name: this.repositoryName },
      workflow_run: { id: run.id, run_attempt: run.attempt, conclusion },
      installation: { id: 77 },
    });
  }

  sign(event: string, said: unknown) {
    this.#deliveries += 1;
    const body = Buffer.from(JSON.stringify(said));
    const signature = createHmac('sha256', WEBHOOK_SECRET).update(body).digest('hex');
    const headers = {
      'x-github-event': event,
      'x-github-delivery': `00000000-0000-0000-0000-${String(this.#deliveries).padStart(12, '0')}`,
      'x-hub-signature-256': `sha256=${signature}`,
    };
    return { body, headers };
  }

  async #answer(incoming: IncomingMessage): Promise<Answer> {
    const { pathname, searchParams } = new URL(incoming.url ?? '', this.url);
    this.calls.push(`${incoming.method} ${pathname}`);
    if (this.instead !== null) return { status: this.instead };
    const bearer = /^Bearer (.+)$/.exec(incoming.headers.authorization ?? '')?.[1] ?? '';
    if (pathname.startsWith('/app/')) return this.#asApp(bearer, pathname, incoming);
    const token = this.#issued.get(bearer);
    if (token === undefined || token.until < this.#now()) return { status: 401 };
    if (pathname === '/installation/repositories')
      return { status: 200, body: { repositories: [{ id: 7300, full_name: this.repositoryName }] } };
    const path = pathname.replace(`/repos/${this.repositoryName}`, '');
    if (path === pathname) return { status: 404 };
    return this.#ofRepository(token, path, searchParams, incoming);
  }

  /** Tokens for a repository, so far. */
  get tokensGiven(): number {
    return [...this.#issued.values()].filter(({ repositories }) => repositories !== null).length;
  }

  async #asApp(jwt: string, path: string, incoming: IncomingMessage): Promise<Answer> {
    const why = this.#wrongWithJwt(jwt);
    if (why !== null) return this.#complain(401, why);
    if (path === '/app/installations') return { status: 200, body: [{ id: 77 }] };
    if (path !== '/app/installations/77/access_tokens') return { status: 404 };
    const asked = (await json(incoming)) as {
      repository_ids?: number[];
      permissions?: Record<string, string>;
    };
    const token = `ghs_canary${this.#issued.size}`;
    const until = this.#now() + 60 * 60_000;
    this.#issued.set(token, {
      until,
      repositories: asked.repository_ids ?? null,
      permissions: asked.permissions ?? {},
    });
    return { status: 201, body: { token, expires_at: new Date(until).toISOString() } };
  }

  #wrongWithJwt(jwt: string): string | null {
    const [head = '', claims = '', signature = ''] = jwt.split('.');
    const signed = Buffer.from(`${head}.${claims}`);
    if (!verify('sha256', signed, PUBLIC_KEY, Buffer.from(signature, 'base64url'))) return 'a JWT of nobody';
    const { iat, exp, iss } = JSON.parse(Buffer.from(claims, 'base64url').toString());
    const now = Math.floor(this.#now() / 1000);
    if (JSON.parse(Buffer.from(head, 'base64url').toString()).alg !== 'RS256') return 'another algorithm';
    if (iss !== APP_ID || iat > now || exp <= now || exp - now > 600) return 'a JWT of another time or App';
    return null;
  }

  async #ofRepository(
    token: Issued,
    path: string,
    query: URLSearchParams,
    incoming: IncomingMessage,
  ): Promise<Answer> {
    const may = (permission: string, right: 'read' | 'write') => {
      const given = token.permissions[permission];
      const isIt = given === right || given === 'write';
      if (!isIt) this.complaints.push(`${path} without ${permission}: ${right}`);
      return isIt && (token.repositories?.includes(7300) ?? false);
    };
    if (path === '/actions/runs') {
      if (!may('actions', 'read') || query.get('status') !== 'waiting') return { status: 404 };
      const waiting = [...this.runs.values()].filter(({ environments }) => environments.length > 0);
      return { status: 200, body: { workflow_runs: waiting.map((run) => this.#shown(run)) } };
    }
    if (/^\/actions\/workflows\/[\w.-]+\/dispatches$/.test(path) && incoming.method === 'POST')
      return may('actions', 'write') ? dispatch(this, path, await json(incoming)) : { status: 404 };
    const [, runId, call] = /^\/actions\/runs\/(\d+)(?:\/(\w+))?$/.exec(path) ?? [];
    const run = [...this.runs.values()].find(({ id }) => String(id) === runId);
    if (runId !== undefined) {
      if (run === undefined || run.repository !== 7300 || !may('actions', 'read')) return { status: 404 };
      if (call === undefined) return { status: 200, body: this.#shown(run) };
      if (call === 'cancel' && incoming.method === 'POST')
        return may('actions', 'write') ? callOff(this, run) : { status: 404 };
      if (call === 'pending_deployments')
        return { status: 200, body: run.environments.map((name) => ({ environment: { id: 9, name } })) };
      if (call === 'approvals')
        return {
          status: 200,
          body: run.reviews.map(({ environment, ...one }) => ({
            ...one,
            environments: [{ name: environment }],
          })),
        };
      if (call === 'deployment_protection_rule' && incoming.method === 'POST')
        return may('deployments', 'write') ? this.#review(run, await json(incoming)) : { status: 404 };
      return { status: 404 };
    }
    return this.#ofCommits(path, Number(query.get('page') ?? 1), may);
  }

  #ofCommits(path: string, page: number, may: (permission: string, right: 'read') => boolean): Answer {
    const [run] = this.runs.values();
    const commit = (author: number | null) => ({
      sha: 'c0ffee'.padEnd(40, '0'),
      author: author === null ? null : { id: author },
      commit: { author: { email: 'dev@acme.example' } },
    });
    if (run === undefined) return { status: 404 };
    const newest = [...this.runs.values()].at(-1) ?? run;
    if (/^\/pulls\/\d+\/commits$/.test(path))
      return may('pull_requests', 'read')
        ? {
            status: 200,
            body: (newest.pull?.authors ?? [])
              .slice(0, 250)
              .slice((page - 1) * 100, page * 100)
              .map(commit),
          }
        : { status: 404 };
    if (/^\/commits\/[0-9a-f]+\/pulls$/.test(path))
      return may('pull_requests', 'read')
        ? {
            status: 200,
            body: newest.pull === null ? [] : pullsOf(newest.pull),
          }
        : { status: 404 };
    if (/^\/commits\/[0-9a-f]+$/.test(path))
      return may('contents', 'read') ? { status: 200, body: commit(newest.author) } : { status: 404 };
    return { status: 404 };
  }

  #review(run: FakeRun, said: unknown): Answer {
    const { environment_name, state, comment } = said as Record<string, string>;
    if (state !== 'approved' && state !== 'rejected') return this.#complain(422, 'a review without a state');
    if ((comment ?? '').length > 1_024) return this.#complain(422, 'a comment that is too long');
    if (!run.environments.includes(environment_name ?? '')) return { status: 422 };
    run.environments = run.environments.filter((name) => name !== environment_name);
    run.reviews.push({ state, comment: comment ?? '', environment: environment_name ?? '' });
    return { status: 204 };
  }

  #shown(run: FakeRun) {
    return {
      id: run.id,
      run_attempt: run.attempt,
      status: run.ended !== null ? 'completed' : run.environments.length > 0 ? 'waiting' : 'in_progress',
      conclusion: run.ended,
      head_sha: 'c0ffee'.padEnd(40, '0'),
      head_branch: 'main',
      display_title: 'Add orders',
      path: '.github/workflows/deploy.yml',
      event: 'push',
      html_url: `https://github.com/${this.repositoryName}/actions/runs/${run.id}`,
      actor: run.actor === null ? null : { id: run.actor },
      triggering_actor: { id: run.triggeredBy },
      repository: { id: this.idShown ?? run.repository, full_name: this.repositoryName },
      head_repository: { id: run.headRepository },
    };
  }

  #complain(status: number, why: string): Answer {
    this.complaints.push(why);
    return { status };
  }
}

/** The commit may be in more of them than one. */
function pullsOf({ number, user, others = 0 }: NonNullable<FakeRun['pull']>) {
  return Array.from({ length: 1 + others }, (_, nth) => ({ number: number + nth, user: { id: user } }));
}
