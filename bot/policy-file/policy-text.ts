import { canonicalJson, type Json } from '../core/canonical-json.ts';
import { type Digest, sha256Hex } from '../core/digest.ts';
import { deciding } from './deciding.ts';
import { asList } from './globs.ts';
import type { PolicyFile } from './schema.ts';

/** The digest of what decides, in the file's own words: the ids of people differ from one install to the next. */
export function versionOf(file: PolicyFile): Digest {
  return `sha256:${sha256Hex(canonicalJson(deciding(file, (key) => key)))}`;
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
  const workers = Object.entries(file.workers).map(([key, { auth, ...worker }]) => [
    key,
    { ...worker, auth: tokens(auth.token_sha256) },
  ]);
  return canonicalJson({
    ...file,
    people: Object.fromEntries(people),
    clients: Object.fromEntries(clients),
    workers: Object.fromEntries(workers),
  } as unknown as Json);
}

function tokens(hashes: string | readonly string[] | undefined): { readonly tokens?: readonly string[] } {
  return hashes === undefined ? {} : { tokens: asList(hashes).map((hash) => hash.slice(0, 8)) };
}
