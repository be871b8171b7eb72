export interface SlackSettings {
  readonly botToken: string;
  /** One of the two: a socket that we open, or requests that Slack signs. */
  readonly mode: { readonly appToken: string } | { readonly signingSecret: string };
  /** Another Web API, for tests. */
  readonly apiUrl: string | null;
}
