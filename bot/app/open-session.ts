import { sha256Hex } from '../core/digest.ts';
import type { ClientId, Instant } from '../core/request.ts';
import type { Client, OidcTrust, Rulebook } from '../ports/rulebook.ts';
import type { Session } from '../ports/sessions.ts';
import { callerNow, runAccount } from './caller-now.ts';
import { write } from './change-request.ts';
import type { Caller, Context } from './context.ts';
import { isRequester } from './run-of.ts';

/** A token of a forge whose signature, issuer, audience, time and claims were found good. */
export interface VerifiedJob {
  readonly client: Client & { readonly oidc: OidcTrust };
  readonly run: string;
  readonly startedBy: string | null;
  /** `jti`: the issuer gives each token one of its own. */
  readonly tokenId: string;
  /** Until then the token itself would be taken, so until then it is remembered. */
  readonly tokenUntil: Instant;
}

export interface Opened {
  readonly token: string;
  readonly expiresAt: Instant;
}

/** Longer than a token lives, since people take longer than that; renewed while something is open. */
const SESSION_MS = 60 * 60_000;
const LONGEST_SESSION_MS = 24 * 60 * 60_000;
/** What a run still has to hear of, or to report on. */
const OPEN = ['pending', 'flagged', 'approved', 'executing'] as const;
const MOST_OPEN = 1_000;
/** The one kind of token that is not in the config. */
const PREFIX = 'kts_';

/** Exchanges a job's token, once. Null where somebody was first, or the policy no longer trusts it. */
export async function openSession(context: Context, job: VerifiedJob): Promise<Opened | null> {
  const token = `${PREFIX}${Buffer.from(context.random.bytes(32)).toString('base64url')}`;
  const { issuer, trust } = job.client.oidc;
  const burned = sha256Hex(`${issuer} ${job.tokenId}`);
  return write<Opened | null>(context, ({ tx, at }) => {
    if (tx.isBurned(burned)) return null;
    const expiresAt = at + SESSION_MS;
    const session: Session = {
      client: job.client.id,
      account: runAccount(trust, job.run),
      issuer,
      startedBy: job.startedBy,
      openedAt: at,
      expiresAt,
    };
    const caller = sessionCaller(context.rulebook, session);
    if (caller === null) return null;
    tx.burn(burned, job.tokenUntil);
    tx.openSession(sha256Hex(token), session);
    tx.append({ type: 'session.opened', issuer, expiresAt }, caller.actor, at, null);
    return { token, expiresAt };
  });
}

/** Who comes with this token, or null: no session, one that is over, or one that is no longer trusted. */
export function callerOfSession(context: Context, hash: string): Caller | null {
  const session = context.store.committed.session(hash);
  if (session === null || session.expiresAt <= context.time.now()) return null;
  return sessionCaller(context.rulebook, session);
}

/** While one of its requests is open a session goes on, to the end of a day. Null where it does not. */
export async function renewSession(context: Context, hash: string): Promise<Instant | null> {
  return write<Instant | null>(context, ({ tx, at }) => {
    const session = tx.session(hash);
    if (session === null || session.expiresAt <= at) return null;
    const caller = sessionCaller(context.rulebook, session);
    if (caller === null) return null;
    const open = tx.list({ states: OPEN, requester: caller.id, before: null, most: MOST_OPEN });
    if (!open.some(({ requester }) => isRequester(caller, requester))) return null;
    const expiresAt = Math.min(at + SESSION_MS, session.openedAt + LONGEST_SESSION_MS);
    if (expiresAt <= session.expiresAt) return session.expiresAt;
    tx.extendSession(hash, expiresAt);
    tx.append({ type: 'session.renewed', issuer: session.issuer, expiresAt }, caller.actor, at, null);
    return expiresAt;
  });
}

function sessionCaller(rulebook: Rulebook, { client: id, account, startedBy }: Session): Caller | null {
  const client = rulebook.clients.get(id);
  if (client === undefined) return null;
  const actor = {
    kind: 'client',
    client: id,
    clientKind: client.kind,
    owner: client.owner,
    account,
    verifiedBy: 'oidc',
  } as const;
  const caller: Caller = {
    actor,
    id: id as ClientId,
    key: id,
    ...(startedBy === null ? {} : { behind: [{ account: startedBy, because: 'started the run' }] }),
  };
  return callerNow(rulebook, caller);
}
