import { describe, expect, it } from 'vitest';
import type { Facts } from '../../../bot/core/match.ts';
import { evaluate } from '../../../bot/core/policy.ts';
import type { ClientId, PersonId } from '../../../bot/core/request.ts';
import { readActions } from '../../../bot/policy-file/actions.ts';
import { compileRulebook } from '../../../bot/policy-file/compile.ts';
import type { Rulebook } from '../../../bot/ports/rulebook.ts';
import { type Change, changed, hash, SOUND, soundFile } from './sound-policy.ts';

const personId = (key: string) => `psn_${key}` as PersonId;
function load(text = SOUND): Rulebook {
  const file = soundFile(text);
  return compileRulebook(file, personId, readActions(file, 'keyturn.yaml', {}, Date.now));
}

function facts(changes: Partial<Facts> = {}): Facts {
  return {
    action: 'db.export',
    target: { system: 'postgres', environment: 'prod', resource: 'orders' },
    requester: { id: 'deploy-agent', kind: 'agent' },
    onBehalfOf: null,
    groups: [],
    payload: { kind: 'sql' },
    risk: 'medium',
    now: Date.UTC(2026, 10, 22, 10),
    ...changes,
  };
}

const dev = { system: 'postgres', environment: 'dev', resource: 'orders' };
/** The rules of the sound file, replaced. */
function withRules(rules: string, ...more: readonly Change[]): Rulebook {
  return load(changed([SOUND.slice(SOUND.indexOf('rules:\n')), `rules:\n${rules}`], ...more));
}
const minutes = (count: number) => count * 60_000;

describe('a policy file, compiled', () => {
  it('knows people, clients, auditors and limits', () => {
    const rulebook = load();
    expect(rulebook.people.get(personId('alice'))).toEqual({
      id: 'psn_alice',
      key: 'alice',
      name: 'Alice Ng',
      groups: ['dba'],
      tokenSha256: [hash('a')],
    });
    expect(rulebook.people.get(personId('bob'))?.tokenSha256).toEqual([hash('b'), hash('c')]);
    expect(rulebook.people.get(personId('carol'))?.tokenSha256).toEqual([]);
    expect(rulebook.clients.get('deploy-agent' as ClientId)).toEqual({
      id: 'deploy-agent',
      kind: 'agent',
      owner: 'psn_alice',
      mayActFor: new Set(['psn_alice', 'psn_bob']),
      actions: ['db.*', 'deploy.*'],
      targets: ['postgres/**', 'k8s/**'],
      tokenSha256: [hash('d')],
      oidc: null,
      source: null,
      webhookKeys: [],
    });
    expect(rulebook.environments).toEqual(new Set(['dev', 'prod']));
    expect(rulebook.auditors).toEqual(new Set(['psn_carol']));
    expect(rulebook.clearFrom).toEqual(['security']);
    expect(rulebook.actions.get('key.rotate')).toMatchObject({
      risk: 'high',
      redact: ['/secret'],
      execute: null,
    });
    expect(rulebook.limits).toEqual({ openPerRequester: 20, newPerMinute: 30 });
  });

  it('lets a client act for its owner when the file says nothing else', () => {
    const clients = load(changed(['    may_act_for: [alice, bob]\n', ''])).clients;
    expect(clients.get('deploy-agent' as ClientId)?.mayActFor).toEqual(new Set(['psn_alice']));
    const nobody = load(changed(['may_act_for: [alice, bob]', 'may_act_for: []'])).clients;
    expect(nobody.get('deploy-agent' as ClientId)?.mayActFor).toEqual(new Set());
  });
});

describe('the version of a policy', () => {
  const version = (text: string) => load(text).policy.version;

  it('is the digest of what decides', () => {
    expect(version(SOUND)).toMatch(/^sha256:[0-9a-f]{64}$/);
    const changes: readonly Change[] = [
      ['environments: [dev, prod]', 'environments: [dev, prod, test]'],
      ['members: [alice, bob]', 'members: [alice, bob, carol]'],
      ['auditors: [carol]', 'auditors: [carol, bob]'],
      ['clear_from: [security]', 'clear_from: [security, dba]'],
      ['may_act_for: [alice, bob]', 'may_act_for: [alice]'],
      ['targets: ["postgres/**", "k8s/**"]', 'targets: ["postgres/**"]'],
      ['risk: high', 'risk: low'],
      ['redact: [/secret]', 'redact: [/secrets]'],
      ['expires_after: 45m', 'expires_after: 46m'],
      ['reject: required', 'flag: required'],
      ['effect: require\n  plan: one-key', 'effect: require\n  plan: two-keys'],
      ["payload.kind == 'sql'", "payload.kind == 'sq'"],
      ['replaces_default: true', 'replaces_default: false'],
      ['tell: IAM', 'exclude: [bob]\n    tell: IAM'],
      ['{ name: Carol Wu, accounts: { slack: T01/U03 } }', '{ name: Carol Wu, accounts: {} }'],
    ];
    const versions = [SOUND, ...changes.map((change) => changed(change))].map(version);
    expect(new Set(versions).size).toBe(changes.length + 1);
  });

  it('stays when a token, a folder, a comment or the spelling of a duration changes', () => {
    const same: readonly Change[] = [
      [hash('d'), hash('e')],
      ['version: 1', 'version: 1\ndata_dir: ./elsewhere\nlisten: { port: 4000 }\naudit: { log: other }'],
      ['expires_after: 45m', 'expires_after: 2700s # three quarters'],
      ['auditors: [carol]\nclear_from: [security]', 'clear_from: [security]\nauditors: [carol]'],
    ];
    for (const change of same) expect(version(changed(change))).toBe(version(SOUND));
  });
});

describe('what a compiled policy demands', () => {
  it('asks for the default where nothing matched', () => {
    expect(evaluate(load().policy, facts({ action: 'deploy.web' }))).toEqual({
      effect: 'require',
      rules: [],
      plans: ['one-key'],
      risk: 'medium',
      seats: [{ from: ['dba'], count: 1, candidates: ['psn_alice', 'psn_bob'] }],
      exclusions: [],
      comment: { approve: false, reject: false, flag: false },
      expiresAfterMs: minutes(30),
      usableForMs: minutes(15),
      outcomeWithinMs: minutes(60),
      reviewVia: ['slack', 'teams', 'room', 'api'],
      remind: ['half', minutes(5)],
      escalate: [],
      notify: ['room'],
      breakGlass: [],
      tell: null,
    });
  });

  it('lets a rule replace the default, and no rule that does not say so', () => {
    expect(evaluate(load().policy, facts()).plans).toEqual(['two-keys']);
    const merged = evaluate(load(changed(['    replaces_default: true\n', ''])).policy, facts());
    expect(merged.plans).toEqual(['two-keys', 'one-key']);
  });

  it('row 7b: releases at once only what an allow rule saw in the payload', () => {
    const { policy } = load();
    const read = { action: 'db.read', target: dev };
    expect(evaluate(policy, facts(read))).toMatchObject({ effect: 'allow', rules: ['read-only'], seats: [] });
    expect(evaluate(policy, facts({ ...read, payload: { kind: 'command' } })).effect).toBe('require');
    expect(evaluate(policy, facts({ ...read, payload: {} })).effect).toBe('require');
    expect(evaluate(policy, facts({ action: 'db.read' })).effect).toBe('require');
  });

  it('denies, and says what the caller may hear', () => {
    expect(evaluate(load().policy, facts({ action: 'iam.grant' }))).toMatchObject({
      effect: 'deny',
      rules: ['no-iam-admin'],
      tell: 'IAM admin is not available to agents',
      seats: [],
    });
    const human = { requester: { id: 'bob', kind: 'human' as const } };
    expect(evaluate(load().policy, facts({ action: 'iam.grant', ...human })).effect).toBe('require');
  });

  it('merges what every matching rule asks for: most seats, shortest times, highest risk, all exclusions', () => {
    const { policy } = withRules(
      `  - { id: a, match: { action: "db.*" }, effect: require, plan: two-keys, risk: high, exclude: [bob] }
  - { id: b, match: { environment: prod }, effect: require, plan: slow, risk: low, exclude: [carol] }
  - { id: c, match: { target: "k8s/**" }, effect: require, plan: slow, exclude: [alice] }
`,
      [
        'plans:\n',
        `plans:
  slow:
    seats: [{ from: [dba], count: 2 }]
    comment: { approve: required }
    expires_after: 2h
    usable_for: 5m
    outcome_within: 10m
`,
      ],
    );
    expect(evaluate(policy, facts())).toMatchObject({
      effect: 'require',
      rules: ['a', 'b'],
      plans: ['two-keys', 'slow', 'one-key'],
      risk: 'high',
      seats: [
        { from: ['dba'], count: 2 },
        { from: ['security'], count: 1 },
      ],
      exclusions: [
        { person: 'psn_bob', because: 'excluded by rule a' },
        { person: 'psn_carol', because: 'excluded by rule b' },
      ],
      comment: { approve: true, reject: true, flag: false },
      expiresAfterMs: minutes(30),
      usableForMs: minutes(5),
      outcomeWithinMs: minutes(10),
    });
  });

  it('shows a request in the room unless every plan says no', () => {
    const shown = (...changes: Change[]) => evaluate(load(changed(...changes)).policy, facts()).notify;
    const hidden: Change = ['    expires_after: 45m', '    expires_after: 45m\n    notify: { room: false }'];
    expect(shown()).toEqual(['room']);
    expect(shown(hidden)).toEqual([]);
    // The default's plan comes in, and it does not say no.
    expect(shown(hidden, ['    replaces_default: true\n', ''])).toEqual(['room']);
  });

  it('puts deny before require before allow', () => {
    const allow = '  - { id: free, match: {}, when: "has(payload.kind)", effect: allow }\n';
    const ask = '  - { id: ask, match: {}, effect: require, plan: one-key }\n';
    const never = '  - { id: never, match: {}, effect: deny }\n';
    expect(evaluate(withRules(allow).policy, facts()).effect).toBe('allow');
    expect(evaluate(withRules(allow + ask).policy, facts()).effect).toBe('require');
    expect(evaluate(withRules(allow + ask + never).policy, facts()).effect).toBe('deny');
    expect(evaluate(withRules(never + ask + allow).policy, facts()).rules).toEqual(['never']);
  });

  it('lets what cannot be evaluated bind and never free', () => {
    const when = 'when: "payload.rows > 10"';
    const rules = (effect: string) =>
      withRules(`  - { id: x, match: {}, ${when}, effect: ${effect} }\n`).policy;
    const silent = facts({ payload: {} });
    expect(evaluate(rules('deny'), silent).effect).toBe('deny');
    expect(evaluate(rules('require, plan: two-keys'), silent).plans).toEqual(['two-keys', 'one-key']);
    expect(evaluate(rules('allow'), silent).effect).toBe('require');
    const small = facts({ payload: { rows: 3 } });
    expect(evaluate(rules('deny'), small).effect).toBe('require');
    expect(evaluate(rules('require, plan: two-keys'), small).plans).toEqual(['one-key']);
    expect(evaluate(rules('allow'), facts({ payload: { rows: 11 } })).effect).toBe('allow');
  });

  it('denies by default when the policy says so', () => {
    const denied: Change = ['effect: require\n  plan: one-key', 'effect: deny'];
    const { policy } = load(changed(denied));
    expect(evaluate(policy, facts({ action: 'deploy.web' }))).toMatchObject({
      effect: 'deny',
      rules: [],
      plans: [],
    });
    expect(evaluate(policy, facts())).toMatchObject({ effect: 'require', plans: ['two-keys'] });
  });
});

describe('what a match looks at', () => {
  const hits = (match: string, changes: Partial<Facts> = {}) =>
    evaluate(withRules(`  - { id: x, match: ${match}, effect: deny }\n`).policy, facts(changes)).effect ===
    'deny';

  it.each([
    ['{}', true],
    ['{ action: db.export }', true],
    ['{ action: "db.*" }', true],
    ['{ action: [k8s.apply, "*.export"] }', true],
    ['{ action: db }', false],
    ['{ target: "postgres/prod/orders" }', true],
    ['{ target: ["k8s/**", "postgres/*/orders"] }', true],
    ['{ target: "postgres/prod/order" }', false],
    ['{ environment: [dev, prod] }', true],
    ['{ environment: dev }', false],
    ['{ requester: { kind: agent, id: "deploy-*" } }', true],
    ['{ requester: { kind: [pipeline, human] } }', false],
    ['{ requester: { id: alice } }', false],
    ['{ groups: dba }', false],
    ['{ risk: [medium, high] }', true],
    ['{ risk: critical }', false],
    ['{ action: db.export, environment: dev }', false],
  ])('%s is %s', (match, expected) => {
    expect(hits(match)).toBe(expected);
  });

  it('the groups of the person who asks, or on whose behalf it is asked', () => {
    expect(hits('{ groups: [security, dba] }', { groups: ['dba'] })).toBe(true);
    expect(hits('{ groups: [security] }', { groups: ['dba'] })).toBe(false);
  });

  it('the slashes inside of a resource as part of it', () => {
    const target = { system: 'k8s', environment: 'prod', resource: 'ns/web/api' };
    expect(hits('{ target: "k8s/prod/*" }', { target })).toBe(true);
    expect(hits('{ target: "k8s/prod/ns/*" }', { target })).toBe(true);
    expect(hits('{ target: "k8s/*/api" }', { target })).toBe(false);
    expect(hits('{ target: "k8s/**/api" }', { target })).toBe(true);
  });
});
