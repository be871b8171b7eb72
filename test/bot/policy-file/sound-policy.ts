import { expect } from 'vitest';
import { readPolicyFile } from '../../../bot/policy-file/read.ts';
import type { PolicyFile } from '../../../bot/policy-file/schema.ts';

/** A token hash, made of one hex digit. */
export const hash = (digit: string): string => digit.repeat(64);

/** A sound file. Tests change one piece of it and mark the line they expect with `# HERE`. */
export const SOUND = `version: 1
environments: [dev, prod]
people:
  alice: { name: Alice Ng, accounts: { slack: T01/U01, github: github.com/583231, api_token_sha256: ${hash('a')} } }
  bob: { name: Bob Ruiz, accounts: { slack: T01/U02, api_token_sha256: [${hash('b')}, ${hash('c')}] } }
  carol: { name: Carol Wu, accounts: { slack: T01/U03 } }
groups:
  dba: { members: [alice, bob] }
  security: { members: [carol] }
  nobody: { members: [] }
auditors: [carol]
clear_from: [security]
clients:
  deploy-agent:
    kind: agent
    owner: alice
    may_act_for: [alice, bob]
    auth: { token_sha256: ${hash('d')} }
    actions: ["db.*", "deploy.*"]
    targets: ["postgres/**", "k8s/**"]
actions:
  key.rotate: { risk: high, redact: [/secret] }
plans:
  one-key:
    seats: [{ from: [dba], count: 1 }]
  two-keys:
    seats:
      - { from: [dba], count: 1 }
      - { from: [security], count: 1 }
    comment: { reject: required }
    expires_after: 45m
    outcome_within: 2h
default:
  effect: require
  plan: one-key
rules:
  - id: prod-db-export
    match: { action: db.export, target: "postgres/prod/**" }
    effect: require
    plan: two-keys
    risk: critical
    replaces_default: true
  - id: read-only
    match: { action: db.read, environment: dev }
    when: "payload.kind == 'sql'"
    effect: allow
  - id: no-iam-admin
    match: { action: "iam.*", requester: { kind: agent } }
    effect: deny
    tell: IAM admin is not available to agents
`;

export function soundFile(text = SOUND): PolicyFile {
  const result = readPolicyFile(text);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.file;
}

export type Change = readonly [from: string, to: string];

export function changed(...changes: readonly Change[]): string {
  return changes.reduce((text, [from, to]) => {
    expect(text).toContain(from);
    return text.replace(from, () => to);
  }, SOUND);
}

export interface Found {
  readonly line: number;
  readonly path: string;
  readonly message: string;
}

export function problemsOf(text: string): readonly Found[] {
  const result = readPolicyFile(text);
  return result.ok ? [] : result.problems;
}

export function lineOf(text: string, mark = '# HERE'): number {
  const index = text.split('\n').findIndex((line) => line.includes(mark));
  expect(index).toBeGreaterThanOrEqual(0);
  return index + 1;
}
