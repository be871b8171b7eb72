import { exportJWK, generateKeyPair, SignJWT } from 'jose';

const ISSUER = 'https://api.botframework.com';

export interface TokenChanges {
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Claims that are not there at all. */
  readonly without?: readonly string[];
  readonly header?: Readonly<Record<string, unknown>>;
  /** Signed with a key of somebody else. */
  readonly foreignKey?: boolean;
}

/** Signs as the Bot Connector does, and publishes the keys to check that. */
export class Signer {
  readonly #pair = generateKeyPair('RS256', { extractable: true });
  readonly #foreign = generateKeyPair('RS256', { extractable: true });
  readonly #appId: string;
  readonly #now: () => number;
  kid = 'fake-key-1';
  endorsements: readonly string[] | undefined = ['msteams'];

  constructor(appId: string, now: () => number) {
    this.#appId = appId;
    this.#now = now;
  }

  async jwks() {
    const { publicKey } = await this.#pair;
    return {
      keys: [{ ...(await exportJWK(publicKey)), kid: this.kid, use: 'sig', endorsements: this.endorsements }],
    };
  }

  async token(serviceUrl: string, changes: TokenChanges = {}): Promise<string> {
    const { privateKey } = await (changes.foreignKey === true ? this.#foreign : this.#pair);
    const now = Math.floor(this.#now() / 1_000);
    const claims: Record<string, unknown> = {
      serviceurl: serviceUrl,
      iss: ISSUER,
      aud: this.#appId,
      nbf: now - 60,
      exp: now + 3_600,
      ...changes.claims,
    };
    for (const name of changes.without ?? []) delete claims[name];
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: this.kid, typ: 'JWT', ...changes.header })
      .sign(privateKey);
  }
}
