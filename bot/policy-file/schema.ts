import { z } from 'zod';
import { WAYS } from '../core/request.ts';
import { Endpoint } from './schema-events.ts';
import { Execute } from './schema-execute.ts';
import { breakGlassOf, Escalate, freezeOf, Notify, Remind, ReviewVia } from './schema-freezes.ts';
import * as names from './schema-names.ts';
import { Connectors, SourceAuth, WebhookAuth } from './schema-sources.ts';
import { PolicyTest } from './schema-tests.ts';
import { Worker } from './schema-worker.ts';

/**
 * `keyturn.yaml`. An unknown key is refused rather than dropped: a misspelt `exclude` would let
 * somebody in. What one value alone cannot show, `semantics.ts` checks.
 */

function listOf<T extends z.ZodType>(item: T, longest: number) {
  return z.array(item).min(1, 'must not be empty').max(longest, `holds at most ${longest} entries`);
}

function oneOrMore<T extends z.ZodType>(item: T) {
  return z.union([item, listOf(item, 100)]);
}

/** A section of entries by name. */
function keyed<K extends z.ZodString, T extends z.ZodType>(key: K, entry: T, most: number) {
  return z
    .record(key, entry)
    .refine((entries) => Object.keys(entries).length <= most, `holds at most ${most} entries`)
    .meta({ maxProperties: most });
}

const Person = z.strictObject({
  name: names.line(100),
  accounts: z.strictObject({
    slack: names.SlackAccount.exactOptional(),
    teams: names.TeamsAccount.exactOptional(),
    github: names.GithubAccount.exactOptional(),
    gitlab: names.GitlabAccount.exactOptional(),
    api_token_sha256: names.TokenHashes.exactOptional(),
  }),
  active: z.boolean().prefault(true).meta({
    description: 'False for somebody who left: they can do nothing, and what they did stays theirs.',
  }),
});

const Group = z.strictObject({
  members: z.array(names.Name).max(300, 'holds at most 300 people'),
  slack_usergroup: names.SlackUserGroup.exactOptional().meta({
    description: 'A user group of Slack whose members are in this group as well, by its id.',
  }),
  entra_group: names.EntraGroup.exactOptional().meta({
    description: 'A group of Entra whose members are in this group as well, by its object id.',
  }),
});

const Oidc = z.strictObject({
  issuer: names.Issuer.meta({ description: 'Who signs the tokens, exactly as their `iss` says it.' }),
  audience: names.line(200).meta({ description: 'What a job asks its token for, such as keyturn.' }),
  claims: z.record(names.ClaimName, names.line(500)).meta({
    description: 'What the token must say, each exactly. Ids, not names: names change hands.',
  }),
});

const Client = z.strictObject({
  kind: z.enum(['agent', 'pipeline']),
  owner: names.Name,
  may_act_for: z.array(names.Name).max(300, 'holds at most 300 people').exactOptional().meta({
    description: 'People in whose name it may ask. Left out, its owner.',
  }),
  auth: z.strictObject({
    token_sha256: names.TokenHashes.exactOptional(),
    oidc: Oidc.exactOptional(),
    webhook: WebhookAuth.exactOptional(),
    ...SourceAuth,
  }),
  actions: listOf(names.ActionGlob, 100),
  targets: listOf(names.TargetGlob, 100),
});

const Action = z.strictObject({
  risk: names.Risk.prefault('medium'),
  redact: z.array(names.line(500)).max(100, 'holds at most 100 pointers').prefault([]),
  payload_schema: names.FilePath.exactOptional().meta({
    description:
      'A JSON Schema (2020-12) that every payload of this action must meet. Relative to this file.',
  }),
  execute: Execute.exactOptional().meta({
    description: 'How Keyturn itself runs it. Left out, its caller does.',
  }),
});

const Demand = z.enum(['required', 'optional']).prefault('optional');

const Plan = z.strictObject({
  seats: listOf(
    z.strictObject({
      from: listOf(names.Name, 20),
      count: z
        .int('must be a whole number')
        .min(1, 'must be 1 or more: nobody would fill it')
        .max(20, 'must be 20 or less'),
    }),
    20,
  ),
  comment: z.strictObject({ approve: Demand, reject: Demand, flag: Demand }).prefault({}),
  expires_after: names.Duration.prefault('30m').meta({ description: 'How long it waits for its reviews.' }),
  usable_for: names.Duration.prefault('15m').meta({ description: 'How long an approval can be used.' }),
  outcome_within: names.Duration.prefault('1h').meta({ description: 'How long its caller may stay silent.' }),
  review_via: ReviewVia.prefault([...WAYS]),
  remind: Remind.exactOptional(),
  escalate: Escalate.prefault([]),
  notify: Notify.prefault({}),
});

const Default = z.strictObject({
  effect: z.enum(['require', 'deny'], {
    error: (issue) =>
      issue.input === 'allow' ? 'must not be allow: whatever no rule foresaw would run unseen' : undefined,
  }),
  plan: names.Name.exactOptional(),
});

const Match = z.strictObject({
  action: oneOrMore(names.ActionGlob).exactOptional(),
  target: oneOrMore(names.TargetGlob).exactOptional(),
  environment: oneOrMore(names.EnvironmentName).exactOptional(),
  requester: z
    .strictObject({
      kind: oneOrMore(z.enum(['agent', 'pipeline', 'human'])).exactOptional(),
      id: oneOrMore(names.NameGlob).exactOptional(),
    })
    .exactOptional(),
  groups: oneOrMore(names.Name).exactOptional(),
  risk: oneOrMore(names.Risk).exactOptional(),
});

const Rule = z.strictObject({
  id: names.Name,
  match: Match,
  when: z
    .string()
    .max(2_000, 'is longer than 2000 characters')
    .exactOptional()
    .meta({ description: 'A CEL expression.' }),
  effect: z.enum(['deny', 'require', 'allow']),
  plan: names.Name.exactOptional(),
  risk: names.Risk.exactOptional(),
  exclude: z.array(names.Name).max(300, 'holds at most 300 people').prefault([]),
  tell: names.line(500).exactOptional(),
  replaces_default: z.boolean().prefault(false),
});

const A_COUNT = 'must be a whole number from 0 to 100';

const Freeze = freezeOf(Match);
const BreakGlass = breakGlassOf(Match);

const A_LIMIT = 'must be a whole number from 1 to 100000, or unlimited';
const Limit = z.union([z.int(A_LIMIT).min(1, A_LIMIT).max(100_000, A_LIMIT), z.literal('unlimited')], {
  error: A_LIMIT,
});

const Anchor = z.union([
  z.strictObject({ file: names.FilePath }),
  z.strictObject({ webhook_env: names.EnvName }),
]);

const Sink = z.union([
  z.strictObject({ file: names.FilePath }),
  z.strictObject({ webhook_env: names.EnvName }),
]);

export const PolicyFile = z.strictObject({
  version: z.literal(1),
  listen: z
    .strictObject({
      host: names.Host.prefault('127.0.0.1'),
      port: names.Port.prefault(3000),
      public_url: names.PublicUrl.exactOptional(),
    })
    .prefault({}),
  admin: z
    .strictObject({ host: names.LoopbackHost.prefault('127.0.0.1'), port: names.Port.prefault(3001) })
    .prefault({}),
  data_dir: names.FilePath.prefault('./data'),
  key_dir: names.FilePath.prefault('./keys'),
  queue: z
    .strictObject({
      driver: z.enum(['embedded', 'bullmq']).prefault('embedded'),
      redis_url_env: names
        .line(100)
        .exactOptional()
        .meta({ description: 'For bullmq. Left out, REDIS_URL.' }),
      concurrency: z.int(A_COUNT).min(0, A_COUNT).max(100, A_COUNT).prefault(4).meta({
        description:
          'How many approved actions the bot itself runs at the same time. 0: workers run all of them.',
      }),
    })
    .prefault({}),
  mcp: z.boolean().prefault(false).meta({
    description: 'Whether agents reach the MCP tools at `/mcp`, with their own tokens.',
  }),
  connectors: Connectors.prefault({}).meta({
    description: 'Outside systems that stop what they run until people here decided.',
  }),
  environments: listOf(names.EnvironmentName, 100),
  people: keyed(names.Name, Person, 2_000),
  groups: keyed(names.Name, Group, 500),
  auditors: z.array(names.Name).max(300, 'holds at most 300 people').prefault([]),
  clear_from: listOf(names.Name, 20),
  clients: keyed(names.Name, Client, 2_000),
  workers: keyed(names.Name, Worker, 200).prefault({}).meta({
    description: 'Who else carries out what is approved: `keyturn worker` on other machines.',
  }),
  actions: keyed(names.ActionName, Action, 1_000).prefault({}),
  plans: keyed(names.Name, Plan, 200),
  default: Default,
  rules: z.array(Rule).max(2_000, 'holds at most 2000 rules'),
  freezes: z.array(Freeze).max(100, 'holds at most 100 freezes').prefault([]),
  break_glass: z.array(BreakGlass).max(100, 'holds at most 100 entries').prefault([]),
  security_notices: Notify.exactOptional().meta({
    description: 'Where flags, frozen requesters and broken glass are told of, besides the plan.',
  }),
  events: keyed(names.Name, Endpoint, 50).prefault({}).meta({
    description: 'Who is told what becomes of requests, by signed HTTP posts (Standard Webhooks).',
  }),
  limits: z
    .strictObject({ open_per_requester: Limit.prefault(20), new_per_minute: Limit.prefault(30) })
    .prefault({}),
  payload_retention: names.PayloadRetention.prefault('30d').meta({
    description: 'After a request is over its payload goes, and its digest stays.',
  }),
  tests: z
    .array(PolicyTest)
    .max(1_000, 'holds at most 1000 tests')
    .prefault([])
    .meta({ description: 'Run by `keyturn policy test`.' }),
  audit: z
    .strictObject({
      log: names.LogName.prefault('keyturn.local'),
      checkpoint_every: names.Duration.prefault('5m').meta({
        description: 'How often the log is signed when it grew.',
      }),
      anchors: z.array(Anchor).max(10, 'holds at most 10 anchors').exactOptional().meta({
        description: 'Where each checkpoint is shown, outside data_dir. Left out, a file in key_dir.',
      }),
      retention: names.Retention.prefault('400d').meta({
        description: 'How long entries stay. Older ones go to an archive first. At least 365d.',
      }),
      archive_dir: names.FilePath.prefault('./archive').meta({
        description: 'Where the archives go, outside data_dir.',
      }),
      stream: z.array(Sink).max(10, 'holds at most 10 sinks').prefault([]).meta({
        description: 'Where every entry is sent on to, as OCSF 1.9 in JSON lines.',
      }),
    })
    .prefault({}),
});
export type PolicyFile = z.infer<typeof PolicyFile>;

/** What editors need: the file as it is written, before defaults. */
export function jsonSchemaOfPolicyFile() {
  return z.toJSONSchema(PolicyFile, { target: 'draft-7', io: 'input' });
}

/** Sections of named entries. They are read entry by entry, so that a bad one hides no other. */
export const SECTIONS = {
  people: { key: names.Name, entry: Person },
  groups: { key: names.Name, entry: Group },
  clients: { key: names.Name, entry: Client },
  workers: { key: names.Name, entry: Worker },
  actions: { key: names.ActionName, entry: Action },
  plans: { key: names.Name, entry: Plan },
  events: { key: names.Name, entry: Endpoint },
} as const;
export { BreakGlass, Freeze, Rule };
