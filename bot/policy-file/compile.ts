import { compileCondition } from '../cel.ts';
import { canonicalJson, type Json } from '../core/canonical-json.ts';
import { type Digest, sha256Hex } from '../core/digest.ts';
import { KeyturnFault } from '../core/fault.ts';
import { toPlace } from '../core/place.ts';
import type { Plan } from '../core/plan.ts';
import type { Condition, Match, Policy, Rule } from '../core/policy.ts';
import type { ClientId, PersonId } from '../core/request.ts';
import type { ActionSettings, Client, Person, Rulebook } from '../ports/rulebook.ts';
import { asList } from './globs.ts';
import type { PolicyFile } from './schema.ts';

type PersonOf = (key: string) => PersonId;

/**
 * A file that `readPolicyFile` found safe, as the core and the use cases want it. `personId` gives
 * each person's lasting id; the file knows people by key only.
 */
export function compileRulebook(
  file: PolicyFile,
  personId: PersonOf,
  actions: ReadonlyMap<string, ActionSettings>,
): Rulebook {
  return {
    policy: policyOf(file, personId),
    environments: new Set(file.environments),
    people: new Map(
      Object.entries(file.people).map(([key, person]) => [
        personId(key),
        personOf(key, person, file, personId),
      ]),
    ),
    clients: new Map(
      Object.entries(file.clients).map(([key, client]) => [key as ClientId, clientOf(key, client, personId)]),
    ),
    actions,
    clearFrom: file.clear_from,
    auditors: new Set(file.auditors.map(personId)),
    limits: { openPerRequester: file.limits.open_per_requester, newPerMinute: file.limits.new_per_minute },
  };
}

function policyOf(file: PolicyFile, personId: PersonOf): Policy {
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
    version: versionOf(file),
    rules: file.rules.map((rule) => ruleOf(rule, plan, personId)),
    default:
      file.default.effect === 'deny'
        ? { effect: 'deny' }
        : { effect: 'require', plan: plan(file.default.plan) },
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

function matchOf(match: PolicyFile['rules'][number]['match']): Match {
  return {
    ...(match.action !== undefined && { action: asList(match.action) }),
    ...(match.target !== undefined && { target: asList(match.target) }),
    ...(match.environment !== undefined && { environment: asList(match.environment) }),
    ...(match.requester?.kind !== undefined && { requesterKind: asList(match.requester.kind) }),
    ...(match.requester?.id !== undefined && { requesterId: asList(match.requester.id) }),
    ...(match.groups !== undefined && { groups: asList(match.groups) }),
    ...(match.risk !== undefined && { risk: asList(match.risk) }),
  };
}

function conditionOf(rule: PolicyFile['rules'][number]): Condition | null {
  if (rule.when === undefined) return null;
  const compiled = compileCondition(rule.when);
  if (!compiled.ok)
    throw new KeyturnFault('IMPOSSIBLE', `rule ${rule.id} was compiled, and its when ${compiled.problem}`);
  return compiled.condition;
}

function planOf(id: string, plan: PolicyFile['plans'][string]): Plan {
  const { approve, reject, flag } = plan.comment;
  return {
    id,
    seats: plan.seats,
    comment: { approve: approve === 'required', reject: reject === 'required', flag: flag === 'required' },
    expiresAfterMs: plan.expires_after,
    usableForMs: plan.usable_for,
    outcomeWithinMs: plan.outcome_within,
    notify: plan.notify.room ? [toPlace('room')] : [],
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

function clientOf(key: string, client: PolicyFile['clients'][string], personId: PersonOf): Client {
  return {
    id: key as ClientId,
    kind: client.kind,
    owner: personId(client.owner),
    mayActFor: new Set((client.may_act_for ?? [client.owner]).map(personId)),
    actions: client.actions,
    targets: client.targets,
    tokenSha256: asList(client.auth.token_sha256),
  };
}

/** Over what decides, and nothing else: a rotated token or a moved folder is the same policy. */
function versionOf(file: PolicyFile): Digest {
  const people = Object.entries(file.people).map(([key, { accounts }]) => [
    key,
    Object.keys(accounts).sort(),
  ]);
  const clients = Object.entries(file.clients).map(([key, { auth: _, ...client }]) => [
    key,
    { ...client, may_act_for: client.may_act_for ?? [client.owner] },
  ]);
  const deciding = {
    environments: file.environments,
    people: Object.fromEntries(people) as Json,
    groups: file.groups,
    auditors: file.auditors,
    clear_from: file.clear_from,
    clients: Object.fromEntries(clients) as Json,
    actions: file.actions as unknown as Json,
    plans: file.plans as unknown as Json,
    default: file.default as unknown as Json,
    rules: file.rules as unknown as Json,
    limits: file.limits,
  };
  return `sha256:${sha256Hex(canonicalJson(deciding))}`;
}
