import { z } from 'zod';
import * as names from './schema-names.ts';

/** What Keyturn itself runs once it is approved. Exactly one of `http`, `command` and `github_workflow`; `check-actions.ts` looks. */

const EnvName = z
  .string()
  .max(100, 'is longer than 100 characters')
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable');

const Http = z.strictObject({
  url: names.HttpUrl,
  check_url: names.HttpUrl.exactOptional().meta({
    description: 'Asked whether it happened, for kind checkable: 200 yes, 404 no.',
  }),
  allow_cidrs: names.AddressRanges.meta({
    description: 'Address ranges that may be reached. Left out, public addresses only.',
  }),
  sign_secret_env: EnvName,
  timeout: names.Duration.prefault('30s'),
});

const Command = z.strictObject({
  argv: z
    .array(z.string().min(1, 'must not be empty').max(1_000, 'is longer than 1000 characters'))
    .min(1, 'must name a program')
    .max(100, 'holds at most 100 arguments'),
  cwd: names.FilePath,
  env: z.array(EnvName).max(50, 'holds at most 50 names').prefault([]),
  timeout: names.Duration.prefault('10m'),
});

const Numeric = z.string().regex(/^[1-9][0-9]{0,15}$/, 'must be a number in quotes, such as "7300"');

const GithubWorkflow = z.strictObject({
  app_id: Numeric,
  private_key_env: EnvName,
  installation_id: Numeric,
  repository_id: Numeric.meta({ description: 'The token is for this one: a name can change hands.' }),
  repository: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,100}\/[A-Za-z0-9_.-]{1,100}$/, 'must be OWNER/NAME')
    .refine((name) => !/(^|\/)\.\.?($|\/)/.test(name), 'must be OWNER/NAME'),
  workflow: z
    .string()
    .regex(/^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}\.ya?ml$/, 'must be the name of its file, such as deploy.yml'),
  ref: z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_./-]{0,199}$/, 'must be a branch or a tag'),
  inputs: z
    .record(
      z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,99}$/, 'must be the name of an input'),
      z.string().max(1_000, 'is longer than 1000 characters'),
    )
    .refine((inputs) => Object.keys(inputs).length <= 25, 'holds at most 25 inputs')
    .prefault({}),
  api_url: names.HttpUrl.prefault('https://api.github.com'),
  timeout: names.Duration.prefault('1h'),
});

const A_NUMBER = 'must be a whole number from 1 to 1000';

export const Execute = z.strictObject({
  http: Http.exactOptional(),
  command: Command.exactOptional(),
  github_workflow: GithubWorkflow.exactOptional().meta({
    description: 'Starts a workflow by workflow_dispatch and follows its run. Kind once.',
  }),
  kind: z.enum(['idempotent', 'checkable', 'once']),
  runs_on: z.array(names.Name).max(6, 'holds at most 6 labels').prefault([]).meta({
    description: 'Labels that a worker must have, all of them.',
  }),
  concurrency: z.int(A_NUMBER).min(1, A_NUMBER).max(1_000, A_NUMBER).prefault(1).meta({
    description: 'How many may run at the same time on one target.',
  }),
  per_minute: z.int(A_NUMBER).min(1, A_NUMBER).max(1_000, A_NUMBER).exactOptional().meta({
    description: 'How many may start within a minute on one target.',
  }),
});
export type Execute = z.infer<typeof Execute>;
