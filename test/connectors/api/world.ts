import { expect } from 'vitest';
import type { Verdict } from '../../../bot/core/request.ts';
import type { Who } from '../../helpers/rulebook.ts';
import { type Answer, aSubmission, type TestKeyturn } from '../../helpers/start-keyturn.ts';

/** What interfaces.md says, written down once more: a test that read it from the code would agree with any code. */
export const STATUS_OF: Readonly<Record<string, number>> = {
  UNAUTHENTICATED: 401,
  ...all(403, 'SELF_REVIEW NOT_A_HUMAN NOT_ELIGIBLE UNKNOWN_ACCOUNT ACTION_NOT_ALLOWED FULL_VIEW_REQUIRED'),
  ...all(403, 'REQUESTER_FROZEN STEP_UP_REQUIRED POST_REVIEW_OVERDUE FORBIDDEN'),
  NOT_FOUND: 404,
  ...all(
    409,
    'ALREADY_REVIEWED ALREADY_RESOLVED EXPIRED FLAGGED DIGEST_MISMATCH NOT_APPROVED ALREADY_CONSUMED',
  ),
  ...all(409, 'NOT_YOURS_TO_RUN IDEMPOTENCY_KEY_REUSED FREEZE_IN_FORCE'),
  MALFORMED: 400,
  BODY_TIMEOUT: 408,
  BODY_TOO_LARGE: 413,
  ...all(422, 'INVALID COMMENT_REQUIRED NO_ELIGIBLE_REVIEWER UNRESOLVED_IDENTITY'),
  LIMIT_REACHED: 429,
  ...all(503, 'UNAVAILABLE DIRECTORY_UNAVAILABLE'),
};

function all(status: number, codes: string): Record<string, number> {
  return Object.fromEntries(codes.split(' ').map((code) => [code, status]));
}

/** A well-formed digest of nothing we know. */
export const WRONG_DIGEST = `sha256:${'0'.repeat(64)}`;

/** The parts of a request that calls about it need. */
export interface Held {
  readonly id: string;
  readonly action_digest: string;
}

export interface Entry {
  readonly seq: number;
  readonly type: string;
  readonly ts: string;
  readonly actor: {
    readonly kind: string;
    readonly client?: string;
    readonly person?: string;
    readonly via?: string;
    readonly worker?: string;
  };
  readonly subject?: { readonly request: string };
  // biome-ignore lint/suspicious/noExplicitAny: each entry type has data of its own, and a test asserts on it
  readonly data: any;
}

/** The log from `from` on, as an auditor reads it over HTTP. */
export async function readLog(keyturn: TestKeyturn, from = 0): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (;;) {
    const next = from + entries.length;
    const page = await keyturn.get('carol', `/v1/audit/entries?from=${next}&limit=1000`);
    expect(page.status).toBe(200);
    const lines = page.text.split('\n').filter((line) => line !== '');
    entries.push(...lines.map((line) => JSON.parse(line) as Entry));
    if (lines.length < 1000) return entries;
  }
}

/** Entry types about one request, in order. */
export async function storyOf(keyturn: TestKeyturn, { id }: Pick<Held, 'id'>): Promise<readonly string[]> {
  return (await readLog(keyturn)).filter(({ subject }) => subject?.request === id).map(({ type }) => type);
}

export function expectProblem(answer: Answer, code: string): void {
  expect({ status: answer.status, code: answer.body?.code }).toEqual({ status: STATUS_OF[code], code });
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.body).toMatchObject({
    type: expect.any(String),
    title: expect.any(String),
    detail: expect.any(String),
  });
  expect(answer.body.status).toBe(answer.status);
}

/** The answer is this refusal, and so says the newest entry of the log. */
export async function expectRefused(
  keyturn: TestKeyturn,
  answer: Answer,
  code: string,
  entry: { readonly type: string; readonly by: Who | null },
): Promise<Entry> {
  expectProblem(answer, code);
  const last = (await readLog(keyturn, newestSeq(keyturn))).find(({ type }) => type !== 'audit.viewed');
  expect(last).toMatchObject({ type: entry.type, data: { code } });
  if (last === undefined) throw new Error('the log is empty');
  expect(actorOf(keyturn, last)).toBe(entry.by);
  return last;
}

/** The config's name of who did it, or null for Keyturn itself. */
function actorOf(keyturn: TestKeyturn, { actor }: Entry): string | null {
  if (actor.client !== undefined) return actor.client;
  const { store } = keyturn.keyturn.context;
  return actor.person === undefined ? null : store.committed.keyOf(actor.person as never);
}

function newestSeq(keyturn: TestKeyturn): number {
  return keyturn.keyturn.context.store.committed.lastSeq();
}

/** Submits and gives back the request; anything but 201 fails the test here. */
export async function submit(
  keyturn: TestKeyturn,
  changes: Record<string, unknown> = {},
  { who = 'agent', key }: { readonly who?: Who; readonly key?: string } = {},
) {
  const answer = await post(keyturn, who, changes, key);
  expect(answer.status, answer.text).toBe(201);
  return answer.body;
}

export function post(keyturn: TestKeyturn, who: Who, changes: Record<string, unknown> = {}, key?: string) {
  const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key };
  return keyturn.post(who, '/v1/requests', aSubmission(changes), headers);
}

export function review(
  keyturn: TestKeyturn,
  who: Who,
  { id, action_digest }: Held,
  verdict: Verdict,
  more: Record<string, unknown> = {},
) {
  return keyturn.post(who, `/v1/requests/${id}/reviews`, { verdict, action_digest, ...more });
}

export async function seeAndApprove(
  keyturn: TestKeyturn,
  who: Who,
  held: Held,
  more: Record<string, unknown> = {},
) {
  await keyturn.get(who, `/v1/requests/${held.id}/payload`);
  return review(keyturn, who, held, 'approve', more);
}

/** A request that bob has approved under the one-key plan. */
export async function anApproved(keyturn: TestKeyturn, changes: Record<string, unknown> = {}) {
  const request = await submit(keyturn, changes);
  const answer = await seeAndApprove(keyturn, 'bob', request);
  expect(answer.body, answer.text).toMatchObject({ state: 'approved' });
  return answer.body;
}

export function consume(keyturn: TestKeyturn, { id, action_digest }: Held, key?: string, who: Who = 'agent') {
  const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key };
  return keyturn.post(who, `/v1/requests/${id}/consume`, { action_digest }, headers);
}

/** A request that its requester runs now, with the nonce it holds. */
export async function anExecuting(keyturn: TestKeyturn, changes: Record<string, unknown> = {}) {
  const request = await anApproved(keyturn, changes);
  const answer = await consume(keyturn, request);
  expect(answer.status, answer.text).toBe(200);
  return { ...request, nonce: answer.body.nonce as string };
}

export function report(
  keyturn: TestKeyturn,
  { id, nonce }: { readonly id: string; readonly nonce: string },
  more: Record<string, unknown> = {},
) {
  return keyturn.post('agent', `/v1/requests/${id}/outcome`, { nonce, status: 'succeeded', ...more });
}

export function comment(keyturn: TestKeyturn, who: Who, call: string, { id }: Pick<Held, 'id'>, more = {}) {
  return keyturn.post(who, `/v1/requests/${id}/${call}`, { comment: 'because', ...more });
}

export async function stateOf(
  keyturn: TestKeyturn,
  { id }: Pick<Held, 'id'>,
  who: Who = 'alice',
): Promise<string> {
  return (await keyturn.get(who, `/v1/requests/${id}`)).body.state;
}

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
