import { createPrivateKey } from 'node:crypto';
import type { WebhookKey } from '../ports/rulebook.ts';
import { type Environment, given } from './environment.ts';
import type { PolicyFile } from './schema.ts';
import type { Connectors } from './schema-sources.ts';
import { NO_SECRET, toSecretKey } from './webhook-keys.ts';

/** The sources that are set up, with their secrets from the environment. */
export interface SourceSettings {
  readonly github: {
    readonly appId: string;
    readonly privateKey: string;
    readonly webhookSecret: string;
    readonly apiUrl: string;
  } | null;
  readonly gitlab: { readonly url: string; readonly token: string; readonly key: WebhookKey } | null;
  readonly terraform: { readonly url: string; readonly hmacKey: string } | null;
}

/** A secret this short could be guessed. */
const SHORTEST = 16;

export function readSourceSettings(
  { connectors }: Pick<PolicyFile, 'connectors'>,
  env: Environment,
  problems: string[],
): SourceSettings {
  const secret = (path: string, variable: string) => {
    const text = given(env[variable]);
    if (text === undefined) problems.push(`${variable}, named by connectors.${path}, is not set`);
    else if (text.length < SHORTEST)
      problems.push(`${variable}, named by connectors.${path}, is shorter than ${SHORTEST} characters`);
    return text ?? '';
  };
  const { github, gitlab, terraform }: Connectors = connectors;
  return {
    github:
      github === undefined
        ? null
        : {
            appId: github.app_id,
            privateKey: pem(
              secret('github.private_key_env', github.private_key_env),
              github.private_key_env,
              problems,
            ),
            webhookSecret: secret('github.webhook_secret_env', github.webhook_secret_env),
            apiUrl: github.api_url.replace(/\/+$/, ''),
          },
    gitlab: gitlab === undefined ? null : readGitlab(gitlab, secret, problems),
    terraform:
      terraform === undefined
        ? null
        : {
            url: terraform.url.replace(/\/+$/, ''),
            hmacKey: secret('terraform.hmac_key_env', terraform.hmac_key_env),
          },
  };
}

function readGitlab(
  { url, token_env, webhook_secret_env: variable }: NonNullable<Connectors['gitlab']>,
  secret: (path: string, variable: string) => string,
  problems: string[],
): SourceSettings['gitlab'] {
  const token = secret('gitlab.token_env', token_env);
  const text = secret('gitlab.webhook_secret_env', variable);
  const key = toSecretKey(text);
  if (key === null && text.length >= SHORTEST) problems.push(`${variable} ${NO_SECRET}`);
  return key === null ? null : { url: url.replace(/\/+$/, ''), token, key };
}

/** A variable that cannot hold several lines holds `\\n` between them. */
function pem(text: string, variable: string, problems: string[]): string {
  const key = text.replaceAll('\\n', '\n');
  try {
    if (createPrivateKey(key).asymmetricKeyType === 'rsa') return key;
  } catch {
    // What is in it is never told.
  }
  if (text.length >= SHORTEST)
    problems.push(`${variable} must hold the RSA private key of the GitHub App, as PEM`);
  return key;
}
