import { createHash, createHmac } from 'node:crypto';
import { canonicalJson, type Json } from '../../bot/core/canonical-json.ts';
import type { Actor, Event } from '../../bot/core/event.ts';
import { KeyturnFault } from '../../bot/core/fault.ts';
import { toIsoTime } from '../../bot/core/instant.ts';
import type { ActionRequest, Instant } from '../../bot/core/request.ts';

/** Where the entry stands in its log, and what wrote it. `prev` is the leaf hash of the entry before. */
export interface Place {
  readonly log: string;
  readonly seq: number;
  readonly id: string;
  readonly prev: Uint8Array;
  readonly software: string;
  /** 32 fresh random bytes. */
  readonly salt: () => Uint8Array;
}

export interface Disclosure {
  readonly field: string;
  readonly salt: Uint8Array;
  /** JCS of the text. */
  readonly value: string;
}

export interface WrittenEntry {
  readonly bytes: Uint8Array;
  readonly disclosures: readonly Disclosure[];
}

const MOST_BYTES = 65_535;
export const GENESIS_PREV: Uint8Array = new Uint8Array(32);

/** RFC 6962, section 2.1: a leaf is hashed with a zero byte before it. */
export function leafHash(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(LEAF).update(bytes).digest();
}
const LEAF = new Uint8Array([0]);

/** Hides the text until somebody shows salt and value; once both are gone, nothing is left to guess at. */
export function commitment(salt: Uint8Array, value: string): string {
  return createHmac('sha256', salt).update(value).digest('base64');
}

/** One entry as the bytes that are hashed and kept. They are never serialised again. */
export function writeEntry(
  place: Place,
  event: Event,
  actor: Actor,
  at: Instant,
  request: ActionRequest | null,
): WrittenEntry {
  const { type, ...rest } = event;
  const { text = {}, ...data } = rest as { text?: Readonly<Record<string, string>> };
  const disclosures = Object.entries(text).map(([field, value]) => ({
    field,
    salt: place.salt(),
    value: canonicalJson(value),
  }));
  const entry: Record<string, Json> = {
    v: 1,
    log: place.log,
    seq: place.seq,
    id: place.id,
    ts: toIsoTime(at),
    type,
    prev: Buffer.from(place.prev).toString('base64'),
    sw: place.software,
    actor: toLogJson(actor),
    data: toLogJson(data),
  };
  if (request !== null) entry['subject'] = subjectOf(request);
  if (disclosures.length > 0) {
    entry['d'] = Object.fromEntries(
      disclosures.map(({ field, salt, value }) => [field, commitment(salt, value)]),
    );
  }
  const bytes = Buffer.from(canonicalJson(entry), 'utf8');
  if (bytes.length > MOST_BYTES) {
    throw new KeyturnFault('ENTRY_INVALID', `a ${type} entry of ${bytes.length} bytes is over ${MOST_BYTES}`);
  }
  return { bytes, disclosures };
}

/** For whom, on what, with which digests, under which policy: what every entry of a request answers. */
function subjectOf(request: ActionRequest): Json {
  return {
    request: request.id,
    number: request.number,
    requester: request.requester.id,
    on_behalf_of: request.onBehalfOf,
    action: request.action,
    target: { ...request.target },
    risk: request.demands.risk,
    action_digest: request.actionDigest,
    view_digest: request.viewDigest,
    policy: request.demands.policyVersion,
    rules: request.demands.rules,
  };
}

/** TypeScript's camelCase becomes the log's snake_case; an `Instant` becomes a string, as every time is. */
function toLogJson(value: unknown, key = ''): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return INSTANTS.has(key) ? toIsoTime(value) : value;
  if (Array.isArray(value)) return value.map((item) => toLogJson(item));
  if (typeof value !== 'object') throw new KeyturnFault('ENTRY_INVALID', `${key} cannot stand in the log`);
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [snakeCase(name), toLogJson(inner, name)]),
  );
}
const INSTANTS: ReadonlySet<string> = new Set(['expiresAt', 'usableUntil']);

const SNAKE = new Map<string, string>();
function snakeCase(name: string): string {
  const known = SNAKE.get(name);
  if (known !== undefined) return known;
  const snake = name.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
  SNAKE.set(name, snake);
  return snake;
}
