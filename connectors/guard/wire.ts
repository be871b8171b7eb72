/**
 * The few fields of the server's answers that the guard acts on. An answer is data from outside, also
 * when it comes from the right address: what has not the right type is not there.
 */
export interface RequestView {
  readonly id: string;
  /** What people call it: its number, or else its id. */
  readonly label: string;
  readonly state: string;
  readonly actionDigest: string;
  readonly action: string | null;
  readonly target: unknown;
  readonly waitingFor: readonly string[];
  readonly tell: string | null;
  readonly rejectReason: string | null;
  /** On this machine's clock: the two may differ by more than a request lives. */
  readonly expiresAtMs: number | null;
  readonly runBy: string | null;
  readonly outcomeWithinMs: number | null;
  readonly stopRequested: boolean;
  /** The answer as it came, for whoever reads JSON. */
  readonly raw: Fields;
}

export interface Release {
  readonly nonce: string;
  readonly payload: unknown;
}

export interface Refusal {
  readonly status: number;
  readonly code: string | null;
  readonly detail: string;
  /** One per offending field. */
  readonly fields: readonly { readonly pointer: string; readonly problem: string }[];
}

type Fields = { readonly [name: string]: unknown };

/** It becomes a part of a path: a `/` or `..` in it would make the next call another call. */
const ID = /^[A-Za-z0-9_-]{1,128}$/;

export function readRequest(body: unknown, aheadMs: number): RequestView | null {
  const raw = fieldsOf(body);
  if (raw === null) return null;
  const id = textOf(raw['id']);
  const state = textOf(raw['state']);
  const actionDigest = textOf(raw['action_digest']);
  if (id === null || !ID.test(id) || state === null || actionDigest === null) return null;
  const number = raw['number'];
  const execution = fieldsOf(raw['execution']) ?? {};
  const expiresAtMs = Date.parse(textOf(raw['expires_at']) ?? '');
  const outcomeWithin = execution['outcome_within'];
  return {
    id,
    label: Number.isSafeInteger(number) ? String(number) : id,
    state,
    actionDigest,
    action: textOf(raw['action']),
    target: raw['target'],
    waitingFor: listOf(raw['waiting_for']).flatMap((item) => textOf(item) ?? []),
    tell: textOf(raw['tell']),
    rejectReason: textOf(raw['reject_reason']),
    expiresAtMs: Number.isNaN(expiresAtMs) ? null : expiresAtMs - aheadMs,
    runBy: textOf(execution['by']),
    outcomeWithinMs: typeof outcomeWithin === 'number' && outcomeWithin > 0 ? outcomeWithin * 1_000 : null,
    stopRequested: execution['stop_requested'] === true,
    raw,
  };
}

export function readRelease(body: unknown): Release | null {
  const raw = fieldsOf(body);
  const nonce = textOf(raw?.['nonce']);
  return raw === null || nonce === null ? null : { nonce, payload: raw['payload'] };
}

/** From `application/problem+json`, or from whatever a proxy put in its place. */
export function readRefusal(status: number, body: unknown): Refusal {
  const raw = fieldsOf(body) ?? {};
  const fields = listOf(raw['errors']).flatMap((item) => {
    const field = fieldsOf(item);
    const problem = textOf(field?.['detail']);
    return problem === null ? [] : { pointer: textOf(field?.['pointer']) ?? '', problem };
  });
  const detail = textOf(raw['detail']) ?? textOf(raw['title']) ?? `HTTP ${status}`;
  return { status, code: textOf(raw['code']), detail, fields };
}

/** Undefined for what is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fieldsOf(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
