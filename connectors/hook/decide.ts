import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type Answer, Client } from '../guard/client.ts';
import { pause, persist } from '../guard/persist.ts';
import { endOf, isOpen, sentence } from '../guard/refused.ts';
import type { Settings } from '../guard/settings.ts';
import { plain } from '../guard/text.ts';
import { type Release, type RequestView, readRelease, readRequest } from '../guard/wire.ts';

export type Verdict =
  | { readonly allow: true; readonly request: RequestView; readonly release: Release }
  | { readonly allow: false; readonly why: string };

export interface Asked {
  readonly body: string;
  readonly key: string;
  /** What the submission holds, to compare with what is released. */
  readonly payload: object;
  /** When the agent is answered at the latest (ms since the epoch). */
  readonly until: number;
  /** Aborted when nobody waits for the answer any more: the request is cancelled. */
  readonly signal?: AbortSignal;
}

const LARGEST_BODY = 256 * 1024;
/** For how long a Keyturn that cannot be reached is tried, at submit and at consume. */
const PATIENCE_MS = 10_000;
const ATTEMPT_MS = 10_000;
const LEAVE_MS = 5_000;
const LONG_POLL_S = 50;
const QUICK_MS = 500;
/**
 * Kept for taking an approval and saying so: one that is taken with no time left is used up, and nothing
 * was run. Of a short time, a quarter.
 */
const RESERVE_MS = 2_000;
const NEVER = new AbortController().signal;

/** Asks, waits, takes the approval. Whatever comes instead of an approval is a deny that says why. */
export async function decide(settings: Settings, asked: Asked): Promise<Verdict> {
  if (Buffer.byteLength(asked.body) > LARGEST_BODY) {
    return deny('the call is larger than 256 KiB, more than anybody can be shown. Nothing was sent.');
  }
  if (asked.body.includes(settings.token)) {
    return deny('the call holds the token that Keyturn knows you by. Nothing was sent.');
  }
  const client = new Client(settings);
  const lastTaken = asked.until - Math.min(RESERVE_MS, (asked.until - Date.now()) / 4);
  const { body, key } = asked;
  const submitted = await trying(asked, (timeoutMs) =>
    client.call({ method: 'POST', path: '/v1/requests', body, key, timeoutMs }, readRequest),
  );
  if (submitted.kind !== 'answered') return denyFor(submitted, LATER);
  const request = await waitFor(client, submitted.value, lastTaken, asked.signal);
  if ('allow' in request) return request;
  if (asked.signal?.aborted) return leave(client, request, key);
  if (isOpen(request)) return deny(ticketOf(request));
  if (request.state !== 'approved') return deny(`${endOf(request).message} ${FINAL}`);
  if (request.runBy !== 'caller') {
    return deny(`Keyturn runs ${request.action} itself: this call is not yours to run. ${FINAL}`);
  }
  if (Date.now() > lastTaken) return deny(lateFor(request));
  return take(client, request, asked);
}

const FINAL = 'Nothing was run. Do not retry, and do not try another way.';
/** The answer to the release may have been lost on its way. */
const USED_UP =
  'Nothing was run. The approval may be used up by that; make exactly the same call again later.';
const LATER = 'Nothing was run. Make exactly the same call again later.';

function ticketOf(request: RequestView): string {
  const seats = request.waitingFor.length === 0 ? 'a decision' : request.waitingFor.join(', ');
  return (
    `request ${request.label} still waits for ${seats}. Nothing was run. Ticket ${request.id}: make exactly ` +
    'the same call again later. If it is approved by then, it runs, once. Do not try another way.'
  );
}

function lateFor({ label, id }: RequestView): string {
  return (
    `request ${label} is approved, and there was no time left to use it. Nothing was run. Ticket ${id}: make ` +
    'exactly the same call again. It runs then, once.'
  );
}

async function waitFor(
  client: Client,
  submitted: RequestView,
  until: number,
  signal: AbortSignal = NEVER,
): Promise<RequestView | Extract<Verdict, { allow: false }>> {
  let request = submitted;
  while (isOpen(request) && Date.now() < until && !signal.aborted) {
    const startedAt = Date.now();
    const left = until - startedAt;
    const waitS = Math.min(LONG_POLL_S, Math.floor(left / 1_000));
    const path = `/v1/requests/${request.id}?wait=${waitS}&known=${encodeURIComponent(request.state)}`;
    const answer = await client.call({ method: 'GET', path, timeoutMs: left, signal }, readRequest);
    // A refusal here is final: the caller is not known any more. What cannot be reached may come back.
    if (answer.kind === 'refused') return deny(`${sentence(answer.refusal)} ${FINAL}`);
    if (answer.kind === 'answered') {
      if (answer.value.id !== request.id || answer.value.actionDigest !== request.actionDigest)
        return deny(`request ${request.label} is for another action now. ${FINAL}`);
      request = answer.value;
    }
    const spent = Date.now() - startedAt;
    if (isOpen(request) && spent < QUICK_MS) await pause(Math.min(QUICK_MS, until - Date.now()), signal);
  }
  return request;
}

/** With the submission's key: where two submissions joined in one request, only this one leaves. */
async function leave(client: Client, { id, label }: RequestView, key: string): Promise<Verdict> {
  const path = `/v1/requests/${id}/cancel`;
  await persist(
    () => client.call({ method: 'POST', path, body: '{}', key, timeoutMs: LEAVE_MS }, readRequest),
    { until: Date.now() + LEAVE_MS, signal: NEVER },
  );
  return deny(`nobody waits for request ${label} any more. ${FINAL}`);
}

/** The server gives it away once: from here on it is this call or none. */
async function take(client: Client, request: RequestView, asked: Asked): Promise<Verdict> {
  const key = randomUUID();
  const path = `/v1/requests/${request.id}/consume`;
  const body = JSON.stringify({ action_digest: request.actionDigest });
  const answer = await trying(asked, (timeoutMs) =>
    client.call({ method: 'POST', path, body, key, timeoutMs }, readRelease),
  );
  if (answer.kind === 'refused' && answer.refusal.code === 'ALREADY_CONSUMED') {
    return deny(`request ${request.label} was approved once, and another call has used it. ${FINAL}`);
  }
  if (answer.kind !== 'answered') return denyFor(answer, USED_UP);
  const { payload } = answer.value;
  if (!isDeepStrictEqual(payload, JSON.parse(JSON.stringify(asked.payload)))) {
    return deny(`request ${request.label} was released with another payload than was submitted. ${FINAL}`);
  }
  return { allow: true, request, release: answer.value };
}

function trying<T>({ until }: Asked, call: (timeoutMs: number) => Promise<Answer<T>>): Promise<Answer<T>> {
  const last = Math.min(until, Date.now() + PATIENCE_MS);
  return persist(() => call(Math.max(1, Math.min(ATTEMPT_MS, last - Date.now()))), {
    until: last,
    signal: NEVER,
  });
}

function denyFor(answer: Exclude<Answer<unknown>, { kind: 'answered' }>, then: string): Verdict {
  if (answer.kind === 'refused') {
    const { status, code } = answer.refusal;
    const isPassing = status === 429 || status === 503 || code === 'FREEZE_IN_FORCE';
    return deny(`${sentence(answer.refusal)} ${isPassing ? LATER : FINAL}`);
  }
  return deny(`Keyturn cannot be reached (${answer.why}). ${then}`);
}

function deny(why: string): Extract<Verdict, { allow: false }> {
  return { allow: false, why: plain(`Keyturn: ${why}`) };
}
