import { compileCondition } from '../cel.ts';
import { canonicalJson } from '../core/canonical-json.ts';
import { sha256Hex } from '../core/digest.ts';
import { KeyturnFault } from '../core/fault.ts';
import { PROVIDERS, toAccount } from '../core/identity.ts';
import type { Plan } from '../core/plan.ts';
import type { Condition, Policy, Rule } from '../core/policy.ts';
import type { ClientId, PersonId } from '../core/request.ts';
import type { ActionSettings, Client, Person, Rulebook, SourceTrust, WebhookKey } from '../ports/rulebook.ts';
import { withoutInactive } from './active.ts';
import { breakGlassOf, freezesOf } from './compile-freezes.ts';
import { matchOf } from './compile-match.ts';
import { deciding } from './deciding.ts';
import { externalGroupsOf } from './external-groups.ts';
import { asList } from './globs.ts';
import { placesOf } from './places.ts';
import { policyText, versionOf } from './policy-text.ts';
import type { PolicyFile } from './schema.ts';
import { SOURCES } from './schema-sources.ts';

type PersonOf = (key: string) => PersonId;

/**
 * A file that `readPolicyFile` found safe, as the core and the use cases want it. `personId` gives
 * each person's lasting id; the file knows people by key only.
 */
export function compileRulebook(
  whole: PolicyFile,
  personId: PersonOf,
  actions: ReadonlyMap<string, ActionSettings>,
  webhookKeys: ReadonlyMap<string, readonly WebhookKey[]> = new Map(),
): Rulebook {
  const file = withoutInactive(whole);
  const externalGroups = externalGroupsOf(file.groups);
  return {
    policy: { ...policyOf(file, personId), version: versionOf(whole) },
    policyText: canonicalJson(deciding(whole, personId)),
    environments: new Set(file.environments),
    people: new Map(
      Object.entries(file.people).map(([key, person]) => [
        personId(key),
        personOf(key, person, file, personId),
      ]),
    ),
    clients: new Map(
      Object.entries(file.clients).map(([key, client]) => [
        key as ClientId,
        { ...clientOf(key, client, personId), webhookKeys: webhookKeys.get(key) ?? [] },
      ]),
    ),
    workers: new Map(
      Object.entries(file.workers).map(([name, { labels, auth }]) => [
        name,
        { name, labels: [...labels].sort(), tokenSha256: asList(auth.token_sha256) },
      ]),
    ),
    actions,
    clearFrom: file.clear_from,
    auditors: new Set(file.auditors.map(personId)),
    limits: { openPerRequester: file.limits.open_per_requester, newPerMinute: file.limits.new_per_minute },
    payloadRetentionMs: file.payload_retention,
    securityNotices: placesOf(file.security_notices),
    text: policyText(whole),
    accounts: accountsOf(file, personId),
    externalGroups,
    // Nobody has been asked yet.
    unknownGroups: new Set(externalGroups.keys()),
  };
}

function policyOf(file: PolicyFile, personId: PersonOf): Omit<Policy, 'version'> {
  const plans = new Map(Object.entries(file.plans).map(([id, plan]) => [id, planOf(id, plan)]));
  const plan = (id: string | undefined): Plan => {
    const found = id === undefined ? undefined : plans.get(id);
    if (found === undefined)
      throw new KeyturnFault('IMPOSSIBLE', `the policy was compiled without its plan ${id}`);
    return found;
  };
  const groups = new Map(
    Object.entries(file.groups).map(([name, group]) => [name, group.members.map(personId)]),
  );
  return {
    rules: file.rules.map((rule) => ruleOf(rule, plan, personId)),
    default:
      file.default.effect === 'deny'
        ? { effect: 'deny' }
        : { effect: 'require', plan: plan(file.default.plan) },
    freezes: freezesOf(file),
    breakGlass: breakGlassOf(file),
    members: (group) => groups.get(group) ?? [],
  };
}

function ruleOf(
  rule: PolicyFile['rules'][number],
  plan: (id: string | undefined) => Plan,
  personId: PersonOf,
): Rule {
  return {
    id: rule.id,
    match: matchOf(rule.match),
    when: conditionOf(rule),
    effect: rule.effect,
    plan: rule.effect === 'require' ? plan(rule.plan) : null,
    risk: rule.risk ?? null,
    exclude: rule.exclude.map(personId),
    tell: rule.tell ?? null,
    replacesDefault: rule.replaces_default,
  };
}

function conditionOf(rule: PolicyFile['rules'][number]): Condition | null {
  if (rule.when === undefined) return null;
  const compiled = compileCondition(rule.when);
  if (!compiled.ok)
    throw new KeyturnFault('IMPOSSIBLE', `rule ${rule.id} was compiled, and its when ${compiled.problem}`);
  return compiled.condition;
}

/** Where the file says nothing. A time that is longer than the request is never reached. */
const REMIND = ['half', 5 * 60_000] as const;

function planOf(id: string, plan: PolicyFile['plans'][string]): Plan {
  const { approve, reject, flag } = plan.comment;
  return {
    id,
    seats: plan.seats,
    comment: { approve: approve === 'required', reject: reject === 'required', flag: flag === 'required' },
    expiresAfterMs: plan.expires_after,
    usableForMs: plan.usable_for,
    outcomeWithinMs: plan.outcome_within,
    reviewVia: plan.review_via,
    remind: plan.remind ?? REMIND,
    escalate: plan.escalate.map(({ after, notify }) => ({ afterMs: after, notify })),
    notify: placesOf(plan.notify),
  };
}

function personOf(
  key: string,
  person: PolicyFile['people'][string],
  file: PolicyFile,
  personId: PersonOf,
): Person {
  const groups = Object.entries(file.groups).filter(([, group]) => group.members.includes(key));
  return {
    id: personId(key),
    key,
    name: person.name,
    groups: groups.map(([name]) => name),
    tokenSha256: asList(person.accounts.api_token_sha256),
  };
}

function accountsOf(file: PolicyFile, personId: PersonOf): Rulebook['accounts'] {
  const accounts = Object.entries(file.people).flatMap(([key, { accounts: given }]) =>
    PROVIDERS.flatMap((provider) => {
      const id = given[provider];
      return id === undefined ? [] : [[toAccount(provider, id), personId(key)] as const];
    }),
  );
  return new Map(accounts);
}

function clientOf(key: string, client: PolicyFile['clients'][string], personId: PersonOf): Client {
  return {
    id: key as ClientId,
    kind: client.kind,
    owner: personId(client.owner),
    mayActFor: new Set((client.may_act_for ?? [client.owner]).map(personId)),
    actions: client.actions,
    targets: client.targets,
    tokenSha256: asList(client.auth.token_sha256),
    oidc: client.auth.oidc === undefined ? null : { ...client.auth.oidc, trust: trustOf(client.auth.oidc) },
    source: sourceOf(client.auth),
  };
}

function sourceOf(auth: PolicyFile['clients'][string]['auth']): SourceTrust | null {
  const connector = SOURCES.find((source) => auth[source] !== undefined);
  const claims = { ...(connector === undefined ? {} : auth[connector]) };
  return connector === undefined
    ? null
    : { connector, claims, trust: sha256Hex(canonicalJson({ connector, claims })) };
}

function trustOf(oidc: NonNullable<PolicyFile['clients'][string]['auth']['oidc']>): string {
  return sha256Hex(canonicalJson({ ...oidc, claims: { ...oidc.claims } }));
}
