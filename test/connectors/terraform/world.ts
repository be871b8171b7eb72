import { terraformConnector } from '../../../connectors/terraform/connector.ts';
import type { SourceDriver } from '../../conformance/connector.ts';
import { FakeHcp, HMAC_KEY } from './fake-hcp.ts';

export const SOURCE = {
  connector: 'terraform',
  claims: { organization: 'acme', environment: 'prod' },
  trust: 'b'.repeat(64),
} as const;
export const CLIENT = { actions: ['terraform.apply'], targets: ['terraform/prod/**'] } as const;

export interface TerraformWorld extends SourceDriver {
  readonly hcp: FakeHcp;
}

export async function terraformWorld(now: () => number): Promise<TerraformWorld> {
  const hcp = new FakeHcp(now);
  await hcp.up();
  const connector = terraformConnector({ url: hcp.url, hmacKey: HMAC_KEY, environmentOf: () => 'prod', now });
  return {
    hcp,
    connector,
    source: SOURCE,
    secrets: [HMAC_KEY, 'task-token-canary', 'value-canary'],
    waits: (name, { owner = 'acme' } = {}) => hcp.post(hcp.start(name, { organization: owner })),
    // A run that is called off says so to nobody. The next word finds that nobody waits.
    leaves(name) {
      hcp.start(name).status = 'canceled';
      return null;
    },
    ends: () => null,
    words: () =>
      [...hcp.tasks.values()].flatMap(({ name, status }) =>
        status === 'passed' || status === 'failed'
          ? [{ name, verdict: status === 'passed' ? 'approve' : 'reject' }]
          : [],
      ),
    up: () => hcp.up(),
    down: () => hcp.down(),
  };
}
