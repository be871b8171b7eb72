import { allowedBy, isPublic } from '../../queue/executors/addresses.ts';
import type { Network } from '../../queue/executors/call.ts';
import { type WebhookSigner, webhookSigner } from '../../queue/executors/standard-webhook.ts';
import type { Digest } from '../core/digest.ts';
import { addressDigest, type OutboundType } from '../core/outbound-event.ts';
import { urlProblem } from './check-address.ts';
import { type Environment, given } from './environment.ts';
import type { PolicyFile } from './schema.ts';
import { HttpUrl } from './schema-names.ts';

/** An endpoint with its secrets, which only the environment has. */
export interface EventSettings {
  readonly name: string;
  readonly url: string;
  readonly address: Digest;
  readonly signers: readonly WebhookSigner[];
  readonly types: ReadonlySet<OutboundType>;
  readonly addressRule: Network['addressRule'];
}

/** What is missing or unusable goes to `problems`, each by the name of its variable, and never its value. */
export function readEventSettings(
  events: PolicyFile['events'],
  env: Environment,
  problems: string[],
): readonly EventSettings[] {
  return Object.entries(events).flatMap(([name, endpoint]) => {
    const { sign_secret_env: named, types, allow_cidrs: cidrs } = endpoint;
    const url = endpoint.url ?? readUrl(name, endpoint.url_env ?? '', env, problems);
    const signers = [named].flat().flatMap((variable) => readSigner(name, variable, env, problems));
    if (url === null) return [];
    const addressRule = cidrs.length === 0 ? isPublic : allowedBy(cidrs);
    return [{ name, url, address: addressDigest(url), signers, types: new Set(types), addressRule }];
  });
}

function readUrl(name: string, variable: string, env: Environment, problems: string[]): string | null {
  const url = given(env[variable]);
  const read = HttpUrl.safeParse(url);
  const why = url === undefined ? 'is not set' : read.success ? urlProblem(url) : 'is no URL';
  if (why !== null) problems.push(`${variable}, named by events.${name}.url_env, ${why}`);
  return why === null && url !== undefined ? url : null;
}

function readSigner(
  name: string,
  variable: string,
  env: Environment,
  problems: string[],
): readonly WebhookSigner[] {
  const where = `${variable}, named by events.${name}.sign_secret_env,`;
  const secret = given(env[variable]);
  if (secret === undefined) {
    problems.push(`${where} is not set`);
    return [];
  }
  try {
    return [webhookSigner(secret)];
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    problems.push(`${where} ${cause.message}`);
    return [];
  }
}
