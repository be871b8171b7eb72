import { createHash } from 'node:crypto';

/** The firm of test/helpers/rulebook.ts, as a file: alice owns the agent, bob is dba, carol reads all. */
export const TOKENS = {
  alice: 'ktp_bench_token_of_alice_0123456789',
  bob: 'ktp_bench_token_of_bob_0123456789',
  carol: 'ktp_bench_token_of_carol_0123456789',
  dora: 'ktp_bench_token_of_dora_0123456789',
  agent: 'ktc_bench_token_of_agent_0123456789',
};

export const hash = (token) => createHash('sha256').update(token).digest('hex');
const person = (who) => `{ name: ${who}, accounts: { api_token_sha256: ${hash(TOKENS[who])} } }`;

export const POLICY = `version: 1
environments: [dev, prod]
people:
  alice: ${person('alice')}
  bob: ${person('bob')}
  carol: ${person('carol')}
  dora: ${person('dora')}
groups:
  dba: { members: [alice, bob, dora] }
  security: { members: [carol, dora] }
auditors: [carol]
clear_from: [security]
clients:
  agent:
    kind: agent
    owner: alice
    may_act_for: [alice]
    auth: { token_sha256: ${hash(TOKENS.agent)} }
    actions: ["db.*", "command.*"]
    targets: ["postgres/**", "laptop/**"]
actions:
  db.secret: { redact: [/secret] }
plans:
  one-key:
    seats: [{ from: [dba], count: 1 }]
    expires_after: 7d
    usable_for: 1d
    outcome_within: 1d
  two-keys:
    seats: [{ from: [dba], count: 1 }, { from: [security], count: 1 }]
    expires_after: 7d
default: { effect: require, plan: one-key }
rules:
  - { id: two-keys, match: { action: db.export }, effect: require, plan: two-keys, replaces_default: true }
  - { id: critical, match: { action: db.wipe }, effect: require, plan: one-key, risk: critical }
  - { id: never, match: { action: db.drop }, effect: deny, tell: Nobody drops databases }
  - id: reads
    match: { action: db.read, target: "postgres/**" }
    when: "payload.kind == 'sql' && payload.statement.matches('^(?i)select [^;]*$')"
    effect: allow
limits: { open_per_requester: unlimited, new_per_minute: unlimited }
audit: { log: bench/log }
`;

/** The same action never twice: an equal one would join the first instead of being held itself. */
export function aSubmission(nth) {
  return {
    action: 'db.migrate',
    target: { system: 'postgres', environment: 'prod', resource: `orders-${nth}` },
    reason: 'FIN-231 monthly reconciliation',
    payload: { kind: 'sql', statement: `UPDATE orders SET state = 'closed' WHERE id = ${nth}` },
  };
}
