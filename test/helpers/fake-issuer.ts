import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { onTestFinished } from 'vitest';
import { sha256Hex } from '../../bot/core/digest.ts';
import type { OidcTrust } from '../../bot/ports/rulebook.ts';

let tokens = 0;

export interface Changes {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly without?: readonly string[];
  readonly header?: Readonly<Record<string, unknown>>;
  /** Signed with a key that the issuer does not publish. */
  readonly foreignKey?: boolean;
}

/** A forge that signs tokens for its jobs as GitHub does, on an address of its own, and can misbehave. */
export class FakeIssuer {
  readonly url: string;
  readonly asked: string[] = [];
  kid = 'key-1';
  /** What the discovery document says instead. */
  discovery: Readonly<Record<string, unknown>> = {};
  /** Answers every call in place of the issuer. */
  instead: ((response: ServerResponse, path: string) => void) | null = null;
  readonly #now: () => number;
  #pair = generateKeyPair('RS256', { extractable: true });
  readonly #foreign = generateKeyPair('RS256', { extractable: true });

  private constructor(url: string, now: () => number) {
    this.url = url;
    this.#now = now;
  }

  static async start(now: () => number): Promise<FakeIssuer> {
    const server = createServer(async (incoming, response) => {
      const path = incoming.url ?? '';
      issuer.asked.push(path);
      if (issuer.instead !== null) return issuer.instead(response, path);
      response.setHeader('content-type', 'application/json');
      if (path === '/.well-known/openid-configuration') {
        const document = { issuer: issuer.url, jwks_uri: `${issuer.url}/jwks`, ...issuer.discovery };
        return response.end(JSON.stringify(document));
      }
      if (path === '/jwks') return response.end(JSON.stringify(await issuer.jwks()));
      return response.writeHead(404).end('{}');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const issuer = new FakeIssuer(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, now);
    return issuer;
  }

  /** New keys under a new id: the old ones are gone. */
  rotate(kid: string): void {
    this.kid = kid;
    this.#pair = generateKeyPair('RS256', { extractable: true });
  }

  async jwks() {
    const { publicKey } = await this.#pair;
    return {
      keys: [
        { kty: 'EC', crv: 'P-256' },
        { ...(await exportJWK(publicKey)), kid: this.kid, use: 'sig' },
      ],
    };
  }

  async publicPem(): Promise<string> {
    return exportSPKI((await this.#pair).publicKey);
  }

  trust(changes: Partial<Omit<OidcTrust, 'trust'>> = {}): OidcTrust {
    const trust = {
      issuer: this.url,
      audience: 'keyturn',
      claims: { repository_id: '7300', job_workflow_ref: WORKFLOW },
      ...changes,
    };
    return { ...trust, trust: sha256Hex(JSON.stringify(trust)) };
  }

  claims({ claims = {}, without = [] }: Changes = {}): Record<string, unknown> {
    const now = Math.floor(this.#now() / 1_000);
    tokens += 1;
    const all: Record<string, unknown> = {
      ...{ iss: this.url, aud: 'keyturn', sub: 'repo:acme/api:ref:refs/heads/main' },
      ...{ iat: now, nbf: now - 60, exp: now + 300, jti: `token-id-${tokens}` },
      ...{ repository: 'acme/api', repository_id: '7300', repository_owner_id: '65' },
      ...{ job_workflow_ref: WORKFLOW, ref: 'refs/heads/main', event_name: 'push' },
      ...{ run_id: '900', run_attempt: '1', actor: 'octocat', actor_id: '583231' },
      ...claims,
    };
    for (const name of without) delete all[name];
    return all;
  }

  async token(changes: Changes = {}): Promise<string> {
    const { privateKey } = await (changes.foreignKey === true ? this.#foreign : this.#pair);
    return new SignJWT(this.claims(changes))
      .setProtectedHeader({ alg: 'RS256', kid: this.kid, typ: 'JWT', ...changes.header })
      .sign(privateKey);
  }
}

const WORKFLOW = 'acme/api/.github/workflows/deploy.yml@refs/heads/main';
