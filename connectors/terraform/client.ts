import { callSource, fetchSource } from '../source/call-source.ts';
import { Run } from './schema.ts';

const MOST_PLAN_BYTES = 32 * 1024 * 1024;
const LONGEST_MESSAGE = 1_000;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export interface TerraformClient {
  /** The plan as JSON, as Terraform printed it. */
  plan(id: string, token: string, signal: AbortSignal): Promise<Uint8Array>;
  /** The lasting id of who started a run, or null where this token may not ask. */
  startedBy(run: string, token: string, signal: AbortSignal): Promise<string | null>;
  /** False where the task result takes no more words: it is over, or nobody's. */
  say(
    callback: string,
    token: string,
    status: 'running' | 'passed' | 'failed',
    message: string,
    signal: AbortSignal,
  ): Promise<boolean>;
}

/** HCP Terraform, as far as a run task needs it. Addresses are made of ids and the configured host. */
export function terraformClient({
  url,
  planHosts,
}: {
  readonly url: string;
  readonly planHosts: readonly string[];
}): TerraformClient {
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  return {
    async plan(id, token, signal) {
      const options = { method: 'GET', headers: bearer(token), mostBytes: MOST_PLAN_BYTES } as const;
      const first = await fetchSource(`${url}/api/v2/plans/${id}/json-output`, options, signal);
      if (first.status === 200) return first.bytes;
      if (!REDIRECTS.has(first.status)) throw new Error(`HCP Terraform answers ${first.status}`);
      const next = new URL(first.header('location') ?? '', url);
      // It is stored elsewhere, at an address that is a credential itself. Ours does not go there.
      if (!planHosts.includes(next.host))
        throw new Error('HCP Terraform sends us to a host that is not its own');
      const second = await fetchSource(next.href, { ...options, headers: {} }, signal);
      if (second.status !== 200) throw new Error(`the store of plans answers ${second.status}`);
      return second.bytes;
    },
    async startedBy(run, token, signal) {
      const options = { method: 'GET', headers: bearer(token) } as const;
      const { status, body } = await callSource(`${url}/api/v2/runs/${run}`, options, signal);
      const parsed = Run.safeParse(body);
      return status === 200 && parsed.success ? parsed.data.data.relationships['created-by'].data.id : null;
    },
    async say(callback, token, status, message, signal) {
      const attributes = { status, message: message.slice(0, LONGEST_MESSAGE) };
      const headers = { ...bearer(token), 'content-type': 'application/vnd.api+json' };
      const answer = await callSource(
        `${url}/api/v2/task-results/${callback}/callback`,
        { method: 'PATCH', headers, body: { data: { type: 'task-results', attributes } } },
        signal,
      );
      if (answer.status === 200 || answer.status === 204) return true;
      if (OVER.has(answer.status)) return false;
      throw new Error(`HCP Terraform answers ${answer.status}`);
    },
  };
}

/** The token is good for this one result and as long as it waits: nothing else could be read with it. */
const OVER: ReadonlySet<number> = new Set([401, 403, 404, 409, 410, 422]);
