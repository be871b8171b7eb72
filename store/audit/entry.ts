import { createHmac } from 'node:crypto';
import { canonicalJson } from '../../bot/core/canonical-json.ts';
import type { Actor, Event } from '../../bot/core/event.ts';
import { KeyturnFault } from '../../bot/core/fault.ts';
import { toIsoTime } from '../../bot/core/instant.ts';
import type { ActionRequest, Instant } from '../../bot/core/request.ts';
import { sha256 } from '../../bot/core/sha256.ts';
import { toLogText, toLogTextOnce } from './log-text.ts';

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

interface Disclosure {
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
  return sha256(Buffer.concat([LEAF, bytes]));
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
  const d = Object.fromEntries(disclosures.map(({ field, salt, value }) => [field, commitment(salt, value)]));
  // Names in alphabetical order, as RFC 8785 sorts them.
  const parts = [
    `{"actor":${toLogTextOnce(actor)}`,
    ...(disclosures.length > 0 ? [`"d":${toLogText(d)}`] : []),
    `"data":${toLogText(data)}`,
    `"id":${toLogText(place.id)}`,
    `"log":${toLogText(place.log)}`,
    `"prev":"${Buffer.from(place.prev).toString('base64')}"`,
    `"seq":${place.seq}`,
    ...(request === null ? [] : [`"subject":${toLogText(subjectOf(request))}`]),
    `"sw":${toLogText(place.software)}`,
    `"ts":"${toIsoTime(at)}"`,
    `"type":"${type}"`,
    '"v":1}',
  ];
  const bytes = Buffer.from(parts.join(','), 'utf8');
  if (bytes.length > MOST_BYTES) {
    throw new KeyturnFault('ENTRY_INVALID', `a ${type} entry of ${bytes.length} bytes is over ${MOST_BYTES}`);
  }
  return { bytes, disclosures };
}

/** For whom, on what, with which digests, under which policy: what every entry of a request answers. */
function subjectOf(request: ActionRequest): object {
  const { id, number, requester, onBehalfOf, action, target, demands, actionDigest, viewDigest } = request;
  const { risk, policyVersion: policy, rules } = demands;
  const about = { action, target, risk, actionDigest, viewDigest, policy, rules };
  return { request: id, number, requester: requester.id, onBehalfOf, ...about };
}
