import { z } from 'zod';
import * as names from './schema-names.ts';

const Digits = z.string().regex(/^[1-9][0-9]{0,15}$/, 'must be a number in quotes, such as "7300"');

/** Where a client's holds come from. Ids, not names: a name can change hands. */
export const SourceAuth = {
  github: z
    .strictObject({ repository_id: Digits, environment: names.line(200).exactOptional() })
    .exactOptional()
    .meta({ description: 'Deployments of this repository that wait for the GitHub App.' }),
  gitlab: z
    .strictObject({ project_id: Digits, environment: names.line(200).exactOptional() })
    .exactOptional()
    .meta({ description: 'Deployments of this project that wait for an approval.' }),
  terraform: z
    .strictObject({ organization: names.line(100), workspace_id: names.line(100).exactOptional() })
    .exactOptional()
    .meta({ description: 'Runs of this HCP Terraform organization that wait for the run task.' }),
};
export const SOURCES = Object.keys(SourceAuth) as readonly (keyof typeof SourceAuth)[];

const oneToFour = <T extends z.ZodType>(item: T) => z.union([item, z.array(item).min(1).max(4)]);

/** Signed requests of a system that has no token: https://www.standardwebhooks.com. */
export const WebhookAuth = z.strictObject({
  secret_env: oneToFour(names.EnvName).exactOptional().meta({
    description: 'Variables that hold whsec_ secrets. Two allow a rotation.',
  }),
  public_key: oneToFour(
    z.string().regex(/^whpk_[A-Za-z0-9+/]{43}=$/, 'must be whpk_ and the base64 of an Ed25519 public key'),
  )
    .exactOptional()
    .meta({ description: 'Ed25519 public keys, whpk_ and base64.' }),
});

/** The API of a source: its own host, or one on this machine for tests. */
const ApiUrl = z
  .string()
  .max(300)
  .regex(
    /^(https:\/\/[^\s/?#@]+|http:\/\/(127\.0\.0\.1|localhost)(:[0-9]{1,5})?)(\/[A-Za-z0-9._~/-]*)?$/,
    'must be an https address without a query',
  );

/** Outside systems that hold what they run until people here decided. */
export const Connectors = z.strictObject({
  github: z
    .strictObject({
      app_id: Digits,
      private_key_env: names.EnvName,
      webhook_secret_env: names.EnvName,
      api_url: ApiUrl.prefault('https://api.github.com'),
    })
    .exactOptional(),
  gitlab: z
    .strictObject({
      url: ApiUrl.prefault('https://gitlab.com'),
      token_env: names.EnvName,
      webhook_secret_env: names.EnvName,
    })
    .exactOptional(),
  terraform: z
    .strictObject({ url: ApiUrl.prefault('https://app.terraform.io'), hmac_key_env: names.EnvName })
    .exactOptional(),
});
export type Connectors = z.infer<typeof Connectors>;
