import { z } from 'zod';
import { ACCOUNT_FORMS, type Provider } from '../core/identity.ts';

/** The grammar of single values. Each message says what is wanted, since it is all that people read. */

const NAME = /^[a-z][a-z0-9._-]*$/;

/** Keys of people, groups, clients and plans, and ids of rules. `psn_…` is what the log calls a person. */
export const Name = z
  .string()
  .max(64, 'is longer than 64 characters')
  .regex(NAME, 'must start with a-z and go on with a-z, 0-9, ".", "_" or "-"')
  .regex(/^(?!psn_)/, 'must not start with "psn_"');

export const EnvironmentName = z
  .string()
  .max(64, 'is longer than 64 characters')
  .regex(/^[A-Za-z0-9._-]+$/, 'must be made of letters, digits, ".", "_" and "-"');

export const ActionName = z
  .string()
  .max(128, 'is longer than 128 characters')
  .regex(/^[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)*$/, 'must be a dotted name such as db.export');

/** Globs are read more closely in `globs.ts`, together with the declared environments. */
export const ActionGlob = z
  .string()
  .max(128, 'is longer than 128 characters')
  .regex(/^[a-z0-9._*-]+$/, 'must be an action or a glob such as "db.*"');

export const TargetGlob = z
  .string()
  .max(400, 'is longer than 400 characters')
  .regex(/^[A-Za-z0-9._:@/*-]+$/, 'must be a target or a glob such as "postgres/prod/**"');

export const NameGlob = z
  .string()
  .max(64, 'is longer than 64 characters')
  .regex(/^[a-z0-9._*-]+$/, 'must be a key or a glob such as "ci-*"');

export const Risk = z.enum(['low', 'medium', 'high', 'critical']);

const LONGEST_RETENTION_MS = 3_650 * 86_400_000;
const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const LONGEST_MS = 90 * 86_400_000;

/** `90s 30m 24h 7d`, read as milliseconds. */
const AnyDuration = z
  .string()
  .regex(/^[1-9][0-9]{0,7}[smhd]$/, 'must be a duration such as 90s, 30m, 24h or 7d')
  .transform((text) => Number(text.slice(0, -1)) * (UNITS[text.slice(-1)] ?? Number.NaN));
export const Duration = AnyDuration.refine((ms) => ms <= LONGEST_MS, 'is longer than 90d');
/** How long the payloads of what is over are kept. */
export const PayloadRetention = AnyDuration.refine(
  (ms) => ms <= LONGEST_RETENTION_MS,
  'is longer than 3650d',
);

const SHORTEST_RETENTION_MS = 365 * 86_400_000;

/** How long the log stays. Less than a year of it answers no auditor. */
export const Retention = z
  .string()
  .regex(/^[1-9][0-9]{0,3}d$/, 'must be a number of days such as 400d')
  .transform((text) => Number(text.slice(0, -1)) * 86_400_000)
  .refine(
    (ms) => ms >= SHORTEST_RETENTION_MS,
    'is shorter than 365d, which is the least that the log is kept',
  )
  .refine((ms) => ms <= LONGEST_RETENTION_MS, 'is longer than 3650d');

const TokenHash = z
  .string()
  .regex(
    /^[0-9a-f]{64}$/,
    'must be the SHA-256 of a token in 64 lowercase hex digits, as "keyturn token new" prints it',
  );

/** Two, so that a token can be replaced without a gap. */
export const TokenHashes = z.union([
  TokenHash,
  z.array(TokenHash).min(1, 'needs at least one hash').max(2, 'holds at most two hashes'),
]);

/** Immutable ids only: see ACCOUNT_FORMS. */
function account(provider: Provider) {
  const { form, like } = ACCOUNT_FORMS[provider];
  return z.string().max(100, 'is longer than 100 characters').regex(form, `must be ${like}`);
}
export const SlackAccount = account('slack');
export const TeamsAccount = account('teams');
export const GithubAccount = account('github');
export const GitlabAccount = account('gitlab');
export const SlackUserGroup = z
  .string()
  .regex(/^S[A-Z0-9]{1,20}$/, 'must be the id of a user group, such as S0123');

export const EntraGroup = z
  .string()
  .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'must be the object id of a group, a lowercase UUID');

/** By name, or by id where the name may change hands. */
export const SlackChannel = z
  .string()
  .regex(
    /^(#[\p{Ll}\p{Lo}\p{M}0-9_-]{1,80}|[CG][A-Z0-9]{1,20})$/u,
    'must be a channel such as "#approvals", or its id',
  );

/** A channel or a chat by its id, as its link has it. Names of both change hands. */
export const TeamsConversation = z
  .string()
  .regex(
    /^19:[A-Za-z0-9_.-]{1,120}@thread\.(tacv2|skype|v2)$/,
    'must be the id of a channel or chat, such as "19:abc@thread.tacv2"',
  );

/** One line that people read, without anything that could move the cursor. */
export function line(longest: number) {
  return z
    .string()
    .min(1, 'must not be empty')
    .max(longest, `is longer than ${longest} characters`)
    .regex(/^\P{Cc}*$/u, 'must not hold control characters');
}

export const FilePath = line(1_000);

export const Host = z
  .string()
  .max(253, 'is longer than 253 characters')
  .regex(/^[A-Za-z0-9.:_-]+$/, 'must be a host name or an address');

/** What reaches no other machine. */
export const LoopbackHost = z
  .string()
  .regex(
    /^(localhost|::1|127(\.[0-9]{1,3}){3})$/,
    'must be a loopback address: what it serves is for this machine only',
  );

/** 0 takes any free port. */
export const Port = z
  .int('must be a whole number')
  .min(0, 'must be 0 to 65535')
  .max(65_535, 'must be 0 to 65535');

export const PublicUrl = z
  .string()
  .max(300, 'is longer than 300 characters')
  .regex(/^https?:\/\/[A-Za-z0-9.-]+(:[0-9]{1,5})?\/?$/, 'must be an origin such as https://keyturn.example');

/** The first part of every checkpoint's origin: no space and no plus, which a signed note gives a meaning. */
export const LogName = z
  .string()
  .max(128, 'is longer than 128 characters')
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9._-]+)*$/, 'must be a name such as keyturn.example');

export const EnvName = z
  .string()
  .max(100, 'is longer than 100 characters')
  .regex(/^[A-Z][A-Z0-9_]*$/, 'must be the name of an environment variable, such as AUDIT_WEBHOOK');

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** As the token's `iss` has it, and where its keys are found. */
export const Issuer = z
  .string()
  .max(300, 'is longer than 300 characters')
  .refine((text) => {
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url === null || url.username !== '' || url.search !== '' || url.hash !== '') return false;
    return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname));
  }, 'must be an https address, such as https://token.actions.githubusercontent.com');

export const ClaimName = z
  .string()
  .max(100, 'is longer than 100 characters')
  .regex(/^[a-z][a-z0-9_]*$/, 'must be the name of a claim, such as repository_id');

export const HttpUrl = z
  .string()
  .max(2_000, 'is longer than 2000 characters')
  .regex(/^https?:\/\/[^\s<>"@#]+$/, 'must be an http or https URL without user, password or fragment');

export const AddressRanges = z.array(line(50)).max(50, 'holds at most 50 ranges').prefault([]);
