import type { JsonObject } from '../core/canonical-json.ts';
import type { Account } from '../core/identity.ts';
import type { Place } from '../core/place.ts';
import type { Policy } from '../core/policy.ts';
import type { FieldProblem } from '../core/refusal.ts';
import type { ClientId, PersonId, Risk } from '../core/request.ts';
import type { ExternalGroup } from './directory.ts';
import type { Executor } from './executor.ts';

/** A machine credential's rights, as the policy file grants them. */
export interface Client {
  readonly id: ClientId;
  readonly kind: 'agent' | 'pipeline';
  readonly owner: PersonId;
  readonly mayActFor: ReadonlySet<PersonId>;
  /** Globs. What no glob names is refused. */
  readonly actions: readonly string[];
  readonly targets: readonly string[];
  readonly tokenSha256: readonly string[];
  /** Whose tokens its jobs may come with; null where none may. */
  readonly oidc?: OidcTrust | null;
  /** The outside system whose holds are this client's; null where none is. */
  readonly source?: SourceTrust | null;
  /** Keys that sign its webhooks; empty where it sends none. */
  readonly webhookKeys?: readonly WebhookKey[];
}

/** What is held at this connector's source is this client's when it makes each of these claims. */
export interface SourceTrust {
  readonly connector: string;
  readonly claims: Readonly<Record<string, string>>;
  /** The digest of all that, in hex. */
  readonly trust: string;
}

/** A key that checks a webhook's signature. */
export interface WebhookKey {
  /** The first 8 hex digits of the key's SHA-256: it tells two apart, and nothing of the key. */
  readonly id: string;
  readonly kind: 'hmac' | 'ed25519';
  /** Whether this key made this signature. MUST compare in constant time. */
  readonly verifies: (signed: Uint8Array, signature: Uint8Array) => boolean;
}

/** A token is this client's when its issuer signed it for this audience, and it makes each of these claims. */
export interface OidcTrust {
  readonly issuer: string;
  readonly audience: string;
  readonly claims: Readonly<Record<string, string>>;
  /** The digest of all that, in hex. */
  readonly trust: string;
}

export interface Person {
  readonly id: PersonId;
  /** The config's key: what people and callers write. */
  readonly key: string;
  readonly name: string;
  readonly groups: readonly string[];
  readonly tokenSha256: readonly string[];
}

/** A process on another machine that carries out what was approved. It can do nothing else. */
interface Worker {
  readonly name: string;
  /** It is given what asks for these, or for none. */
  readonly labels: readonly string[];
  readonly tokenSha256: readonly string[];
}

export interface ActionSettings {
  readonly risk: Risk;
  /** JSON pointers into the payload whose values nobody is shown. */
  readonly redact: readonly string[];
  /** Null where the caller runs it. */
  readonly execute: ExecuteSettings | null;
  /** What is wrong with a payload of this action, per pointer from the body's root. */
  readonly payloadProblems: (payload: JsonObject) => readonly FieldProblem[];
}

export interface ExecuteSettings {
  readonly executor: Executor;
  /** The same as data, for a worker on another machine. No secret is in it. */
  readonly settings: object;
  readonly runsOn: readonly string[];
  /** How many run at the same time at most, of this action on one target. */
  readonly concurrency: number;
  /** How many start within a minute at most; null for as many as come. */
  readonly perMinute: number | null;
}

export interface Limits {
  readonly openPerRequester: number | 'unlimited';
  readonly newPerMinute: number | 'unlimited';
}

/**
 * The policy file, compiled and checked: everything that decides. It MUST be whole and safe, since
 * a file with any problem is never compiled. It does no I/O.
 */
export interface Rulebook {
  readonly policy: Policy;
  /** What decides, as canonical JSON with people by id: the log keeps it, so that a change can be shown. */
  readonly policyText: string;
  readonly environments: ReadonlySet<string>;
  readonly people: ReadonlyMap<PersonId, Person>;
  readonly clients: ReadonlyMap<ClientId, Client>;
  readonly workers: ReadonlyMap<string, Worker>;
  readonly actions: ReadonlyMap<string, ActionSettings>;
  readonly clearFrom: readonly string[];
  readonly auditors: ReadonlySet<PersonId>;
  readonly limits: Limits;
  /** How long the payload of a request that is over is kept. */
  readonly payloadRetentionMs: number;
  /** Where flags, frozen requesters and broken glass are told of, besides the plan's own places. */
  readonly securityNotices: readonly Place[];
  /** Whose account is whose, by the policy file. */
  readonly accounts: ReadonlyMap<Account, PersonId>;
  /** Groups whose members somebody else keeps as well, by their name in the policy. */
  readonly externalGroups: ReadonlyMap<string, readonly ExternalGroup[]>;
  /** Those of them for which nobody can say now who is in them: what hangs on it is refused. */
  readonly unknownGroups: ReadonlySet<string>;
  /** All that decides, as canonical JSON: the policy's version is its digest. No secret is in it. */
  readonly text: string;
}
