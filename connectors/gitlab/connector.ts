import type { ToHold } from '../../bot/app/hold-for-source.ts';
import type { Word } from '../../bot/app/release-held.ts';
import type { WebhookKey } from '../../bot/ports/rulebook.ts';
import { verifyStandardWebhook } from '../http/standard-webhook.ts';
import type { Connector, Told } from '../source/connector.ts';
import { type GitlabClient, gitlabClient } from './client.ts';
import { parse } from './parse.ts';
import type { Deployment } from './schema.ts';
import { toHold, whole } from './to-hold.ts';

export interface GitlabOptions {
  readonly url: string;
  readonly token: string;
  /** The signing token of the webhook, which is a Standard Webhooks secret. */
  readonly key: WebhookKey;
  /** The projects that clients of the policy name. */
  readonly projects: () => readonly { readonly id: number; readonly environment: string | null }[];
}

/** Deployments of GitLab that wait for an approval: https://docs.gitlab.com/ci/environments/deployment_approvals/. */
export function gitlabConnector({ url, token, key, projects }: GitlabOptions): Connector {
  const api = gitlabClient({ url, token });
  const host = new URL(url).host;
  return {
    name: 'gitlab',
    mostBytes: 512 * 1024,
    tellsOutcome: true,
    verify({ body, header, at }) {
      const signed = verifyStandardWebhook({ body, header, keys: [key], at });
      return signed === null ? null : { id: signed.id };
    },
    parse: ({ body }) => parse(body),
    async enrich(hold, signal) {
      const { project, job } = refOf(hold);
      const waiting = await api.blocked(project, null, signal);
      const deployment = waiting.find(({ deployable }) => deployable.id === job);
      // Not yet, or not any more. The sweep finds it when it is.
      return deployment === undefined ? null : whole(api, host, project, deployment, signal);
    },
    release: (word, _isRepeat, signal) => tell(api, word, signal),
    async reconcile(signal) {
      const found: ToHold[] = [];
      for (const { id, environment } of projects()) {
        const waiting = await api.blocked(id, environment, signal);
        found.push(
          ...waiting.map(({ deployable, environment: { name } }) => toHold(id, deployable.id, name)),
        );
      }
      return found;
    },
  };
}

interface Ref {
  readonly project: number;
  readonly job: number;
  readonly deployment?: number;
}

function refOf({ ref }: Pick<ToHold, 'ref'>): Ref {
  return ref as unknown as Ref;
}

async function tell(api: GitlabClient, word: Word, signal: AbortSignal): Promise<Told> {
  const { project, job, deployment: id } = JSON.parse(word.held.ref) as Ref;
  const deployment = id === undefined ? null : await api.deployment(project, id, signal);
  if (id === undefined || deployment === null) return { is: 'gone', why: 'the deployment is not in GitLab' };
  const status = word.verdict === 'approve' ? 'approved' : 'rejected';
  const mine = await answerOf(api, deployment, signal);
  if (mine !== status) {
    if (mine !== null || deployment.status !== 'blocked')
      return { is: 'gone', why: `the deployment is ${deployment.status} in GitLab` };
    await api.answer(project, id, status, word.comment, signal);
  }
  // An approval alone leaves the job as it is: somebody has to start it.
  if (status === 'approved' && (await api.job(project, job, signal)).status === 'manual')
    await api.play(project, job, signal);
  return { is: 'told' };
}

/** What we said of it before, if we did. */
async function answerOf(
  api: GitlabClient,
  { approvals }: Deployment,
  signal: AbortSignal,
): Promise<string | null> {
  const me = await api.me(signal);
  return approvals?.find(({ user }) => user.id === me)?.status ?? null;
}
