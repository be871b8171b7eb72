export interface TeamsSettings {
  readonly appId: string;
  /** The one tenant whose people are served: a UUID in lower case. */
  readonly tenantId: string;
  /** Null in the playground, which asks for none. */
  readonly credentials: Credentials | null;
  /** Another Bot Connector, for tests: on this machine only. */
  readonly apiUrl: string | null;
  /** Microsoft's playground, on this machine only: it signs nothing. */
  readonly playground: boolean;
}

/** How this server proves to Microsoft that it is the app. */
export type Credentials =
  | { readonly password: string }
  /** The identity of the virtual machine that this runs on. */
  | { readonly managedIdentity: true }
  /** That of an App Service or a Container App, which say where to ask, and with which word. */
  | { readonly identityEndpoint: string; readonly identityHeader: string }
  /** That of a workload in Kubernetes: a token in a file, which is written anew all the time. */
  | { readonly federatedTokenFile: string };
