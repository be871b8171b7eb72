import type { Context, PersonCaller } from '../app/context.ts';
import { sha256Hex } from '../core/digest.ts';
import type { PersonId } from '../core/request.ts';
import type { CodeFolder } from './code-folder.ts';
import type { Session, SignedIn } from './sessions.ts';

const MOST_FAILED_A_MINUTE = 20;
const MINUTE_MS = 60_000;

/** What somebody typed who wants in: a room code or their own API token. */
export interface Credential {
  readonly kind: 'code' | 'token';
  readonly secret: string;
}

export type SignIn = (credential: Credential) => SignedIn | 'wrong' | 'too many';

/** Everybody on a loopback listener comes from the same address, so wrong tries are counted for all together. */
export function createSignIn(context: Context, codes: CodeFolder): SignIn {
  let failures: number[] = [];
  return ({ kind, secret }) => {
    const now = context.time.now();
    failures = failures.filter((at) => now - at < MINUTE_MS);
    if (failures.length >= MOST_FAILED_A_MINUTE) return 'too many';
    const person = kind === 'code' ? ownerOfCode(context, codes, secret) : ownerOfToken(context, secret);
    if (person !== null) {
      return { person, by: kind === 'code' ? 'session' : 'token', credential: sha256Hex(secret) };
    }
    failures.push(now);
    return 'wrong';
  };
}

function ownerOfCode({ rulebook, store, time }: Context, codes: CodeFolder, code: string): PersonId | null {
  const key = codes.redeem(code, time.now());
  const person = key === null ? null : store.committed.personOf(key);
  return person !== null && rulebook.people.has(person) ? person : null;
}

function ownerOfToken({ rulebook }: Context, token: string): PersonId | null {
  const hash = sha256Hex(token);
  for (const { id, tokenSha256 } of rulebook.people.values()) if (tokenSha256.includes(hash)) return id;
  return null;
}

/**
 * Who a session speaks for, by the policy as it is now: nobody, once the person has left it or the
 * token that opened the session is not theirs any more.
 */
export function callerOf({ rulebook }: Context, session: Session): PersonCaller | null {
  const { person: id, by, credential } = session;
  const person = rulebook.people.get(id);
  if (person === undefined) return null;
  if (by === 'token' && !person.tokenSha256.includes(credential)) return null;
  const roles = rulebook.auditors.has(id) ? [...person.groups, 'auditor'] : person.groups;
  const account = `${by === 'token' ? 'api_token' : 'room_code'}:${credential.slice(0, 8)}`;
  return {
    actor: { kind: 'person', person: id, via: 'room', account, verifiedBy: by, roles },
    id,
    key: person.key,
  };
}
