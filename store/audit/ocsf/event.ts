import { createHash } from 'node:crypto';
import { canonicalJson, type JsonObject } from '../../../bot/core/canonical-json.ts';
import { leafHash } from '../entry.ts';
import type { Actor, LoggedEntry, Subject } from '../replay-shape.ts';
import {
  activityOf,
  codeOf,
  controlOf,
  isAlert,
  type Named,
  RISK_LEVELS,
  severityOf,
  statusOf,
} from './classify.ts';

/** Pinned: consumers read the version to know which attributes there are. */
export const OCSF_VERSION = '1.9.0';
const CLASS = 6003;
const CATEGORY = 6;

/** An entry as it stands in the log: what was read of it, and the bytes. */
export interface Source {
  readonly entry: LoggedEntry;
  readonly bytes: Uint8Array;
  readonly log: string;
  readonly id: string;
  readonly software: string;
}

/** What the next event of the same stream refers to. */
export interface Previous {
  readonly uid: string;
  readonly typeUid: number;
  readonly fingerprint: string;
}

export interface OcsfEvent {
  /** One line of JSON, without its line feed. */
  readonly line: string;
  readonly previous: Previous;
}

/**
 * One entry as an event of OCSF 1.9.0: API Activity with the profiles security_control and
 * record_integrity, and ai_operation for an agent. Opaque ids stand in it and no text that could be
 * erased: what has reached somebody else's system, nobody can take back.
 */
export function toOcsf(source: Source, previous: Previous | null): OcsfEvent {
  const { entry, bytes, log, id } = source;
  const activity = activityOf(entry);
  const typeUid = CLASS * 100 + activity.id;
  const uid = `${log}/${entry.seq}`;
  const attestation = {
    authority_uid: log,
    chain_uid: log,
    ...(previous === null ? {} : { prev_event: toPrevEvent(previous) }),
  };
  const event: JsonObject = {
    ...classification(entry, activity, typeUid),
    ...control(entry),
    time: entry.at,
    message: messageOf(entry),
    metadata: metadata(source, uid),
    actor: toActor(entry.actor),
    api: { operation: entry.type, service: { name: 'keyturn' }, ...apiRequest(entry.subject) },
    src_endpoint: { svc_name: sourceName(entry.actor) },
    ...agent(entry.actor),
    ...about(entry.subject),
    raw_data: Buffer.from(bytes).toString('utf8'),
    raw_data_size: bytes.length,
    raw_data_hash: sha256(bytes),
    unmapped: { entry_id: id, leaf_hash: Buffer.from(leafHash(bytes)).toString('hex') },
  };
  // Over the whole event, with the attestation as far as it does not depend on this.
  const fingerprint = sha256(
    Buffer.from(canonicalJson({ ...event, attestation_list: [attestation] }), 'utf8'),
  );
  const line = canonicalJson({ ...event, attestation_list: [{ ...attestation, fingerprint }] });
  return { line, previous: { uid, typeUid, fingerprint: fingerprint.value } };
}

function classification(entry: LoggedEntry, activity: Named, typeUid: number): JsonObject {
  const severity = severityOf(entry);
  const status = statusOf(entry);
  const code = codeOf(entry);
  return {
    category_uid: CATEGORY,
    category_name: 'Application Activity',
    class_uid: CLASS,
    class_name: 'API Activity',
    activity_id: activity.id,
    activity_name: activity.name,
    type_uid: typeUid,
    type_name: `API Activity: ${activity.id === 99 ? 'Other' : activity.name}`,
    severity_id: severity.id,
    severity: severity.name,
    status_id: status.id,
    status: status.name,
    ...(code === null ? {} : { status_code: code }),
  };
}

function control(entry: LoggedEntry): JsonObject {
  const { action, disposition } = controlOf(entry);
  const risk = entry.subject === null ? null : RISK_LEVELS[entry.subject.risk];
  return {
    action_id: action.id,
    action: action.name,
    disposition_id: disposition.id,
    disposition: disposition.name,
    is_alert: isAlert(entry),
    ...(risk === null ? {} : { risk_level_id: risk.id, risk_level: risk.name }),
    ...(entry.subject === null ? {} : { policy: { uid: entry.subject.policy } }),
  };
}

function metadata({ entry, log, id, software }: Source, uid: string): JsonObject {
  const [name = 'keyturn', version = ''] = software.split('/');
  const profiles = [
    'security_control',
    'record_integrity',
    ...(isAgent(entry.actor) ? ['ai_operation'] : []),
  ];
  return {
    version: OCSF_VERSION,
    product: { name, vendor_name: 'Keyturn', version },
    profiles,
    uid,
    original_event_uid: id,
    sequence: entry.seq,
    event_code: entry.type,
    log_name: log,
    log_provider: 'keyturn',
    ...(entry.subject === null ? {} : { correlation_uid: entry.subject.request }),
  };
}

function toActor(actor: Actor): JsonObject {
  switch (actor.kind) {
    case 'person': {
      const groups = actor.roles.map((name) => ({ name }));
      return {
        user: { uid: actor.person, type_id: 1, type: 'User', ...(groups.length > 0 ? { groups } : {}) },
      };
    }
    case 'client':
      return {
        app_uid: actor.client,
        app_name: actor.client,
        user: { uid: actor.owner, type_id: 1, type: 'User' },
      };
    case 'policy':
      return { app_name: 'keyturn policy', app_uid: actor.version };
    case 'worker':
      return { app_name: 'keyturn worker', app_uid: actor.worker };
    case 'keyturn':
      return { app_name: 'keyturn' };
  }
}

function isAgent(actor: Actor): actor is Extract<Actor, { kind: 'client' }> {
  return actor.kind === 'client' && actor.client_kind === 'agent';
}

function agent(actor: Actor): JsonObject {
  return isAgent(actor) ? { ai_agent: { uid: actor.client } } : {};
}

/** Addresses are texts that can be erased, so the way in is named instead. */
function sourceName(actor: Actor): string {
  if (actor.kind === 'person') return actor.via;
  return actor.kind === 'client' ? 'api' : 'keyturn';
}

function apiRequest(subject: Subject | null): JsonObject {
  return subject === null ? {} : { request: { uid: subject.request } };
}

function about(subject: Subject | null): JsonObject {
  if (subject === null) return {};
  const { system, environment, resource } = subject.target;
  const target = {
    uid: `${system}/${environment}/${resource}`,
    name: resource,
    type: system,
    namespace: environment,
    role_id: 1,
    role: 'Target',
    data: { action: subject.action, action_digest: subject.action_digest, request: subject.number },
  };
  return { resources: [target] };
}

function messageOf({ type, subject }: LoggedEntry): string {
  if (subject === null) return type;
  const { system, environment, resource } = subject.target;
  return `${type}: request ${subject.number}, ${subject.action} on ${system}/${environment}/${resource}`;
}

function toPrevEvent({ uid, typeUid, fingerprint }: Previous): JsonObject {
  return {
    uid,
    type_uid: typeUid,
    fingerprint: { algorithm_id: 3, algorithm: 'SHA-256', value: fingerprint },
  };
}

function sha256(bytes: Uint8Array) {
  const value = createHash('sha256').update(bytes).digest('hex');
  return { algorithm_id: 3, algorithm: 'SHA-256', value };
}
