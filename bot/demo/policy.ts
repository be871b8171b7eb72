import { createHash, randomBytes } from 'node:crypto';

/** Fresh at every start; only their hashes go anywhere but the terminal. */
export interface DemoTokens {
  readonly alice: string;
  readonly bob: string;
  readonly agent: string;
}

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
    actions: ["command.run", "db.read", "iam.grant"]
    targets: ["laptop/demo/**"]
plans:
  one-key: { seats: [{ from: [operators], count: 1 }], expires_after: 30m, usable_for: 15m }
default: { effect: require, plan: one-key }
rules:
  - { id: commands-need-a-second-key, match: { action: command.run }, effect: require, plan: one-key }
  - { id: small-reads-run-at-once, match: { action: db.read }, when: "payload.kind == 'sql' && payload.statement.matches('^(?i)select [^;]*$')", effect: allow }
  - { id: no-admin-for-agents, match: { action: "iam.*", requester: { kind: agent } }, effect: deny, tell: "IAM is not available to agents" }
audit: { log: demo/local }
`;
}
