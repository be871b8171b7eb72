import { createHmac } from 'node:crypto';
import { gitlabConnector } from '../../../connectors/gitlab/connector.ts';
import type { SourceDriver } from '../../conformance/connector.ts';
import { FakeGitlab, SIGNING_TOKEN, TOKEN } from './fake-gitlab.ts';

export const SOURCE = { connector: 'gitlab', claims: { project_id: '7300' }, trust: 'a'.repeat(64) } as const;

export const CLIENT = { actions: ['gitlab.deploy'], targets: ['gitlab/prod/**'] } as const;

export interface GitlabWorld extends SourceDriver {
  readonly gitlab: FakeGitlab;
}

/** GitLab, and its connector. `now` is the time that it signs with. */
export async function gitlabWorld(now: () => number = Date.now): Promise<GitlabWorld> {
  const gitlab = new FakeGitlab();
  await gitlab.up();
  const secret = Buffer.from(SIGNING_TOKEN.replace('whsec_', ''), 'base64');
  const connector = gitlabConnector({
    url: gitlab.url,
    token: TOKEN,
    key: {
      id: 'one',
      kind: 'hmac',
      verifies: (signed, signature) => createHmac('sha256', secret).update(signed).digest().equals(signature),
    },
    projects: () => [{ id: 7300, environment: null }],
  });
  return {
    gitlab,
    connector,
    source: SOURCE,
    secrets: [TOKEN, SIGNING_TOKEN],
    waits(name, { owner } = {}) {
      const project = owner === undefined ? 7300 : Number(owner);
      return gitlab.jobEvent(gitlab.block(name, { project }), 'manual', now());
    },
    leaves(name) {
      const one = gitlab.block(name);
      one.status = 'canceled';
      one.jobStatus = 'canceled';
      return gitlab.deploymentEvent(one, 'canceled', now());
    },
    ends: (name) => gitlab.deploymentEvent(gitlab.block(name), 'success', now()),
    words: () =>
      [...gitlab.deployments.values()].flatMap(({ name, approvals, jobStatus }) =>
        approvals.flatMap(({ status }) => {
          // An approval that nobody acts on lets nothing go.
          if (status === 'approved' && jobStatus === 'manual') return [];
          return [{ name, verdict: status === 'approved' ? 'approve' : 'reject' }];
        }),
      ),
    up: () => gitlab.up(),
    down: () => gitlab.down(),
  };
}
