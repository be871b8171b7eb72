import type { Json, JsonObject } from '../core/canonical-json.ts';
import type { PolicyFile } from './schema.ts';

/**
 * What decides, and nothing else: a rotated token or a moved folder is the same policy. Its digest is
 * the policy's version. `name` says how people stand in it: by key, or by the id that the log has.
 */
export function deciding(file: PolicyFile, name: (key: string) => string): JsonObject {
  const people = Object.entries(file.people).map(([key, { accounts, active }]) => [
    name(key),
    [...Object.keys(accounts).sort(), ...(active ? [] : ['inactive'])],
  ]);
  const groups = Object.entries(file.groups).map(([key, group]) => [
    key,
    { ...group, members: group.members.map(name) },
  ]);
  const clients = Object.entries(file.clients).map(([key, { auth: _, ...client }]) => [
    key,
    {
      ...client,
      owner: name(client.owner),
      may_act_for: (client.may_act_for ?? [client.owner]).map(name),
    },
  ]);
  const rules = file.rules.map((rule) => ({ ...rule, exclude: rule.exclude.map(name) }));
  return {
    environments: file.environments,
    people: Object.fromEntries(people) as Json,
    groups: Object.fromEntries(groups) as Json,
    auditors: file.auditors.map(name),
    clear_from: file.clear_from,
    clients: Object.fromEntries(clients) as Json,
    actions: file.actions,
    plans: file.plans as unknown as Json,
    default: file.default as unknown as Json,
    rules: rules as unknown as Json,
    freezes: file.freezes as unknown as Json,
    break_glass: file.break_glass as unknown as Json,
    limits: file.limits,
  };
}
