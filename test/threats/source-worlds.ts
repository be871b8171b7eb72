import { onTestFinished } from 'vitest';
import type { SourceDriver } from '../conformance/connector.ts';
import { CLIENT as GITHUB, githubWorld } from '../connectors/github/world.ts';
import { CLIENT as GITLAB, gitlabWorld } from '../connectors/gitlab/world.ts';
import { CLIENT as TERRAFORM, terraformWorld } from '../connectors/terraform/world.ts';
import { FakeClock } from '../helpers/fake-clock.ts';
import type { RulebookChanges } from '../helpers/rulebook.ts';
import { startKeyturn, type TestKeyturn } from '../helpers/start-keyturn.ts';

const OPENERS = {
  github: [githubWorld, GITHUB],
  gitlab: [gitlabWorld, GITLAB],
  terraform: [terraformWorld, TERRAFORM],
} as const;
export type SourceName = keyof typeof OPENERS;
export const SOURCES = Object.keys(OPENERS) as readonly SourceName[];

export interface SourceWorld {
  readonly driver: SourceDriver;
  readonly keyturn: TestKeyturn;
  post(signed: Awaited<ReturnType<SourceDriver['waits']>> | null): Promise<Response>;
}

/** A real Keyturn, and one outside system whose holds are those of `ci`. */
export async function sourceWorld(name: SourceName, changes: RulebookChanges = {}): Promise<SourceWorld> {
  const clock = new FakeClock();
  const [open, client] = OPENERS[name];
  const driver = await open(() => clock.wall());
  onTestFinished(() => driver.down());
  const policy = { source: driver.source, client, ...changes };
  const keyturn = await startKeyturn(policy, { clock, ports: { connectors: [driver.connector] } });
  const post = (signed: Awaited<ReturnType<SourceDriver['waits']>> | null) =>
    fetch(`${keyturn.url}/webhooks/${name}`, {
      method: 'POST',
      headers: { ...signed?.headers },
      body: Buffer.from(signed?.body ?? []),
    });
  return { driver, keyturn, post };
}
