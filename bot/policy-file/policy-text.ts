import { canonicalJson, type Json } from '../core/canonical-json.ts';
import { type Digest, sha256Hex } from '../core/digest.ts';
import { asList } from './globs.ts';
import type { PolicyFile } from './schema.ts';

/** Over what decides, and nothing else: a rotated token or a moved folder is the same policy. */
export function versionOf(file: PolicyFile): Digest {
  const people = Object.entries(file.people).map(([key, { accounts, active }]) => [
    key,
    [...Object.keys(accounts).sort(), ...(active ? [] : ['inactive'])],
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
    actions: file.actions,
    plans: file.plans as unknown as Json,
    default: file.default as unknown as Json,
    rules: file.rules as unknown as Json,
    freezes: file.freezes as unknown as Json,
    break_glass: file.break_glass as unknown as Json,
    limits: file.limits,
  };
  return `sha256:${sha256Hex(canonicalJson(deciding))}`;
}

/** The whole file as canonical JSON, to be compared with the next one. Of a token it says which, and not its hash. */
export function policyText(file: PolicyFile): string {
  const people = Object.entries(file.people).map(([key, { accounts, ...person }]) => {
    const { api_token_sha256: hashes, ...others } = accounts;
    return [key, { ...person, accounts: { ...others, ...tokens(hashes) } }];
  });
  const clients = Object.entries(file.clients).map(([key, { auth, ...client }]) => {
    const { token_sha256: hashes, ...others } = auth;
    return [key, { ...client, auth: { ...others, ...tokens(hashes) } }];
  });
  return canonicalJson({
    ...file,
    people: Object.fromEntries(people),
    clients: Object.fromEntries(clients),
  } as unknown as Json);
}

function tokens(hashes: string | readonly string[] | undefined): { readonly tokens?: readonly string[] } {
  return hashes === undefined ? {} : { tokens: asList(hashes).map((hash) => hash.slice(0, 8)) };
}
