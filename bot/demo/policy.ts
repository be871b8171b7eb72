import { createHash, randomBytes } from 'node:crypto';

/** Fresh at every start; only their hashes go anywhere but the terminal. */
export interface DemoTokens {
  readonly alice: string;
  readonly bob: string;
  readonly agent: string;
}

/** What the demo tells whoever sees its terminal, and nobody else. */
export interface DemoSecrets {
  readonly tokens: DemoTokens;
  readonly codes: { readonly alice: string; readonly bob: string; readonly minutes: number };
  /** The payload of the second sample request. */
  readonly planFile: string;
}

/** Who can sign in to the demo's room. */
export const DEMO_PEOPLE = ['alice', 'bob'] as const;

export function freshDemoTokens(): DemoTokens {
  const token = (prefix: string) => `${prefix}_${randomBytes(32).toString('base64url')}`;
  return { alice: token('ktp'), bob: token('ktp'), agent: token('ktc') };
}

/** The demo is an ordinary policy file: two people, one agent, three rules. */
export function demoPolicy(tokens: DemoTokens): string {
  const hash = (token: string) => createHash('sha256').update(token).digest('hex');
  return `version: 1
environments: [demo]
people:
  alice: { name: Alice (owns the agent), accounts: { api_token_sha256: ${hash(tokens.alice)} } }
  bob: { name: Bob (reviews), accounts: { api_token_sha256: ${hash(tokens.bob)} } }
groups:
  operators: { members: [alice, bob] }
auditors: [alice, bob]
clear_from: [operators]
clients:
  demo-agent:
    kind: agent
    owner: alice
    auth: { token_sha256: ${hash(tokens.agent)} }
    actions: ["command.run", "terraform.destroy", "iam.grant"]
    targets: ["laptop/demo/**"]
plans:
  one-key:
    seats: [{ from: [operators], count: 1 }]
    comment: { reject: required, flag: required }
    expires_after: 30m
    usable_for: 15m
default: { effect: require, plan: one-key }
rules:
  - { id: commands-need-a-second-key, match: { action: command.run }, effect: require, plan: one-key }
  - { id: destroying-is-critical, match: { action: terraform.destroy }, effect: require, plan: one-key, risk: critical }
  - { id: no-admin-for-agents, match: { action: "iam.*", requester: { kind: agent } }, effect: deny, tell: "IAM is not available to agents" }
audit: { log: demo/local }
`;
}
