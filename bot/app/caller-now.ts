import { readAccount } from '../core/identity.ts';
import type { Client, Rulebook, SourceTrust, WebhookKey } from '../ports/rulebook.ts';
import { type Caller, isPerson } from './context.ts';

/** How an entry names the token that somebody came with: enough to tell two apart, and not to use one. */
export function tokenAccount(hash: string): string {
  return `api_token:${hash.slice(0, 8)}`;
}

/**
 * The caller as this rulebook knows it, or null where it does not any more. Somebody may be taken out
 * of the policy, or lose a token, between the moment they are recognised and the one that decides.
 */
export function callerNow(rulebook: Rulebook, caller: Caller): Caller | null {
  if (isPerson(caller)) {
    const person = rulebook.people.get(caller.id);
    if (person === undefined) return null;
    const account = readAccount(caller.actor.account);
    const holds =
      account === null
        ? stillHolds(person.tokenSha256, caller)
        : rulebook.accounts.get(account) === person.id;
    return holds ? caller : null;
  }
  const client = rulebook.clients.get(caller.id);
  if (client === undefined || !stillHolds(client.tokenSha256, caller) || !isStillTrusted(client, caller))
    return null;
  const { actor } = caller;
  if (client.owner === actor.owner && client.kind === actor.clientKind) return caller;
  return { ...caller, actor: { ...actor, owner: client.owner, clientKind: client.kind } };
}

/** Whoever came another way than by a token is no matter of tokens. */
function stillHolds(hashes: readonly string[], { actor: { account } }: Caller): boolean {
  return !account.startsWith('api_token:') || hashes.some((hash) => tokenAccount(hash) === account);
}

/** How an entry names the run that somebody came from, and by what trust. */
export function runAccount(trust: string, run: string): string {
  return `oidc:${trust.slice(0, 8)}:${run}`;
}

/** What an outside system holds: at which connector, by what trust, and who there asks. */
export function sourceAccount({ connector, trust }: SourceTrust, asker: string): string {
  return `source:${connector}:${trust.slice(0, 8)}:${asker}`;
}

/** The connector whose source this asker stands at, or null. */
export function connectorOf(run: string | undefined): string | null {
  return /^source:([a-z]+):/.exec(run ?? '')?.[1] ?? null;
}

/** How an entry names the key that signed a webhook. */
export function webhookAccount({ id }: Pick<WebhookKey, 'id'>): string {
  return `webhook:${id}`;
}

/**
 * A session ends with the trust that it was opened by, and so does a hold: another issuer, audience or
 * claim is another one. A webhook's sender ends with its key.
 */
function isStillTrusted({ oidc, source, webhookKeys = [] }: Client, { actor: { account } }: Caller): boolean {
  if (account.startsWith('oidc:')) return oidc != null && account.startsWith(runAccount(oidc.trust, ''));
  if (account.startsWith('source:')) return source != null && account.startsWith(sourceAccount(source, ''));
  if (account.startsWith('webhook:')) return webhookKeys.some((key) => webhookAccount(key) === account);
  return true;
}
