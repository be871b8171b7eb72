// The policy of the fault tests, built by hand: reading a policy file takes a process longer than all
// the rest of its start, and these processes start some hundred times. Names, tokens and the first
// version's number are those of test/helpers/rulebook.ts.
import { createHash } from 'node:crypto';

export const PEOPLE = ['alice', 'bob', 'carol'];
const GROUPS = { dba: ['bob'], security: ['carol'], owners: ['alice'] };

const hashOf = (token) => createHash('sha256').update(token).digest('hex');

const plan = (id, groups) => ({
  id,
  seats: groups.map((group) => ({ from: [group], count: 1 })),
  comment: { approve: false, reject: false, flag: false },
  expiresAfterMs: 30 * 60_000,
  usableForMs: 15 * 60_000,
  outcomeWithinMs: 60 * 60_000,
  reviewVia: ['slack', 'teams', 'room', 'api'],
  remind: [],
  escalate: [],
  notify: ['vendor'],
});

export const rule = (id, action, changes) => ({
  id,
  match: { action: [action] },
  when: null,
  effect: 'require',
  plan: null,
  risk: null,
  exclude: [],
  tell: null,
  replacesDefault: false,
  ...changes,
});

const TWO_KEYS = plan('two-keys', ['dba', 'security']);
export const ONE_KEY = plan('one-key', ['dba']);

/** Alice owns the agent; bob and carol hold the two keys. The second version is stricter than the first. */
const RULES = {
  1: [
    rule('migrate', 'db.migrate', { plan: ONE_KEY, replacesDefault: true }),
    rule('drop', 'db.drop', { plan: ONE_KEY, replacesDefault: true }),
  ],
  2: [rule('drop', 'db.drop', { effect: 'deny', tell: 'Nobody drops databases' })],
};

export function rulebook(personOf, version) {
  const person = (key) => ({
    id: personOf(key),
    key,
    name: key,
    groups: Object.keys(GROUPS).filter((group) => GROUPS[group].includes(key)),
    tokenSha256: [hashOf(`ktp_test_token_of_${key}_0123456789`)],
  });
  const agent = {
    id: 'agent',
    kind: 'agent',
    owner: personOf('alice'),
    mayActFor: new Set(),
    actions: ['db.*'],
    targets: ['postgres/**'],
    tokenSha256: [hashOf('ktc_test_token_of_agent_0123456789')],
  };
  return {
    policy: {
      version: `sha256:${String(version).padStart(64, '0')}`,
      rules: RULES[version],
      default: { effect: 'require', plan: TWO_KEYS },
      freezes: [],
      breakGlass: [],
      members: (group) => (GROUPS[group] ?? []).map(personOf),
    },
    policyText: '{}',
    environments: new Set(['prod']),
    people: new Map(PEOPLE.map((key) => [personOf(key), person(key)])),
    clients: new Map([[agent.id, agent]]),
    workers: new Map(),
    actions: new Map(),
    clearFrom: ['security'],
    auditors: new Set([personOf('carol')]),
    limits: { openPerRequester: 'unlimited', newPerMinute: 'unlimited' },
    accounts: new Map(),
    payloadRetentionMs: 30 * 24 * 60 * 60_000,
    externalGroups: new Map(),
    unknownGroups: new Set(),
    securityNotices: [],
    text: JSON.stringify({ version: String(version) }),
  };
}
