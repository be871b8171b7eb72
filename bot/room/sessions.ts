import { sha256Hex } from '../core/digest.ts';
import type { Instant, PersonId, Proof } from '../core/request.ts';

/** A working day. After it, or after a restart of the bot, people sign in again. */
export const SESSION_LIFE_MS = 8 * 60 * 60_000;
const MOST_OF_ONE_PERSON = 20;

/** How somebody proved who they are: by a code, or by their own API token. */
export interface SignedIn {
  readonly person: PersonId;
  readonly by: Extract<Proof, 'session' | 'token'>;
  /** The SHA-256 of the code or token. */
  readonly credential: string;
}

export interface Session extends SignedIn {
  readonly until: Instant;
}

/**
 * Who is signed in, in memory only. It takes two secrets that live in two places of the browser: a
 * cookie, which no script can read, and a key, which the page sends as a header. The cookie alone
 * is not enough, because browsers send it to every port of the host: a web server that an agent
 * runs on this machine would get it. The key is kept for this origin, port included.
 */
export interface Sessions {
  open(signedIn: SignedIn, now: Instant): { readonly cookie: string; readonly key: string };
  find(cookie: string | null, key: string | null, now: Instant): Session | null;
  /** Whether a session that was found before can still be used. */
  isOpen(session: Session, now: Instant): boolean;
  close(session: Session): void;
}

export function createSessions(bytes: (count: number) => Uint8Array): Sessions {
  // By the hash of both secrets, so that a look-up takes as long for a near miss as for any other.
  const byHash = new Map<string, Session>();
  const secret = () => Buffer.from(bytes(32)).toString('base64url');
  return {
    open(signedIn, now) {
      for (const [hash, { until }] of byHash) if (now >= until) byHash.delete(hash);
      const same = [...byHash].filter(([, { person }]) => person === signedIn.person);
      const oldest = same.length >= MOST_OF_ONE_PERSON ? same[0] : undefined;
      if (oldest !== undefined) byHash.delete(oldest[0]);
      const [cookie, key] = [secret(), secret()];
      byHash.set(hashOf(cookie, key), { ...signedIn, until: now + SESSION_LIFE_MS });
      return { cookie, key };
    },
    find(cookie, key, now) {
      if (cookie === null || key === null) return null;
      const session = byHash.get(hashOf(cookie, key));
      return session !== undefined && now < session.until ? session : null;
    },
    isOpen: (session, now) => now < session.until && [...byHash.values()].includes(session),
    close(session) {
      for (const [hash, held] of byHash) if (held === session) byHash.delete(hash);
    },
  };
}

function hashOf(cookie: string, key: string): string {
  return sha256Hex(`room-session ${sha256Hex(cookie)} ${sha256Hex(key)}`);
}

/** Browsers keep one jar for all ports of a host, so the name has the port, or two Keyturns would fight over it. */
export const SESSION_COOKIE = {
  read(request: Request): string | null {
    const name = cookieName(request);
    for (const pair of (request.headers.get('cookie') ?? '').split('; ')) {
      if (pair.startsWith(`${name}=`)) return pair.slice(name.length + 1);
    }
    return null;
  },
  write(request: Request, cookie: string): string {
    const life = Math.floor(SESSION_LIFE_MS / 1000);
    return `${cookieName(request)}=${cookie}; Path=/room; HttpOnly; SameSite=Strict; Max-Age=${life}`;
  },
};

function cookieName(request: Request): string {
  return `keyturn-room-${/:(\d+)$/.exec(request.headers.get('host') ?? '')?.[1] ?? '80'}`;
}
