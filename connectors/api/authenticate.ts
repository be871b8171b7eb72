import { tokenAccount } from '../../bot/app/caller-now.ts';
import type { Caller } from '../../bot/app/context.ts';
import { sha256Hex } from '../../bot/core/digest.ts';
import type { Rulebook } from '../../bot/ports/rulebook.ts';

export const BEARER = /^Bearer ([\x21-\x7e]{20,200})$/i;

/**
 * Token in, caller out, by the rulebook in force at that moment. Only hashes of tokens are held, so
 * neither the config nor a dump gives one away.
 */
export function authenticator(
  inForce: () => Rulebook,
  /** By the hash of a session's token. */
  bySession: (hash: string) => Caller | null = () => null,
): (authorization: string | undefined) => Caller | null {
  let rulebook = inForce();
  let byHash = callersOf(rulebook);
  return (authorization) => {
    if (inForce() !== rulebook) {
      rulebook = inForce();
      byHash = callersOf(rulebook);
    }
    const token = BEARER.exec(authorization ?? '')?.[1];
    if (token === undefined) return null;
    const hash = sha256Hex(token);
    return byHash.get(hash) ?? bySession(hash);
  };
}

function callersOf(rulebook: Rulebook): ReadonlyMap<string, Caller> {
  const byHash = new Map<string, Caller>();
  for (const { id, key, groups, tokenSha256 } of rulebook.people.values()) {
    const roles = rulebook.auditors.has(id) ? [...groups, 'auditor'] : groups;
    for (const hash of tokenSha256) {
      const account = tokenAccount(hash);
      const actor = { kind: 'person', person: id, via: 'api', account, verifiedBy: 'token', roles } as const;
      byHash.set(hash, { actor, id, key });
    }
  }
  for (const { id, kind, owner, tokenSha256 } of rulebook.clients.values()) {
    for (const hash of tokenSha256) {
      const account = tokenAccount(hash);
      const actor = {
        kind: 'client',
        client: id,
        clientKind: kind,
        owner,
        account,
        verifiedBy: 'token',
      } as const;
      byHash.set(hash, { actor, id, key: id });
    }
  }
  return byHash;
}
