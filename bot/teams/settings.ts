export interface TeamsSettings {
  readonly appId: string;
  /** The one tenant whose people are served: a UUID in lower case. */
  readonly tenantId: string;
  /** Null in the playground, which asks for none. */
  readonly credentials: { readonly password: string } | { readonly managedIdentity: true } | null;
  /** Another Bot Connector, for tests: on this machine only. */
  readonly apiUrl: string | null;
  /** Microsoft's playground, on this machine only: it signs nothing. */
  readonly playground: boolean;
}
