import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { toOcsfLines } from '../../../../store/audit/ocsf/lines.ts';
import { type Day, liveADay } from '../day.ts';
import { API_ACTIVITY, ENUMS, problemsOf } from './schema.ts';

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the event says, and asserts on it
type Event = any;

let day: Day;
let entries: readonly { readonly seq: number; readonly bytes: Uint8Array }[];
let events: readonly Event[];

const MUCH = 1 << 30;
const sha256 = (text: string | Uint8Array) => createHash('sha256').update(text).digest('hex');
const linesOf = (state: string | null, mostBytes = MUCH, from = 0) =>
  toOcsfLines(entries.slice(from), state, mostBytes);

beforeAll(async () => {
  day = await liveADay();
  entries = day.world.entries().map((bytes, seq) => ({ seq, bytes }));
  events = linesOf(null)?.lines.map((line) => JSON.parse(line)) ?? [];
});
afterAll(() => {
  day.world.close();
  day.world.remove();
});

const ofType = (type: string): Event => events.find(({ metadata }) => metadata.event_code === type);

it('makes one event of every entry, each with what OCSF 1.9.0 has and nothing else', () => {
  expect(events).toHaveLength(entries.length);
  for (const event of events)
    expect([event.metadata.event_code, problemsOf(event, API_ACTIVITY)]).toEqual([
      event.metadata.event_code,
      [],
    ]);
});

it('names each number by the caption that OCSF has for it', () => {
  for (const event of events) {
    for (const [id, [name, captions]] of Object.entries(ENUMS)) {
      if (event[id] === undefined) continue;
      const expected = event[id] === 99 ? event.metadata.event_code : captions[event[id]];
      expect([id, event[id], event[name]]).toEqual([id, event[id], expected]);
    }
    expect(event.type_uid).toBe(event.class_uid * 100 + event.activity_id);
    expect(event).toMatchObject({ category_uid: 6, class_uid: 6003, metadata: { version: '1.9.0' } });
  }
});

it.each([
  ['request.approved', 8, 'Approved', 1, 'Allowed'],
  ['request.rejected', 25, 'Rejected', 2, 'Denied'],
  ['request.denied', 2, 'Blocked', 2, 'Denied'],
  ['request.revoked', 24, 'Access Revoked', 2, 'Denied'],
  ['request.refused', 26, 'Unauthorized', 2, 'Denied'],
  ['grant.issued', 1, 'Allowed', 1, 'Allowed'],
  ['review.recorded', 17, 'Logged', 3, 'Observed'],
])('gives %s the disposition %i %s', (type, id, disposition, actionId, action) => {
  expect(ofType(type)).toMatchObject({ disposition_id: id, disposition, action_id: actionId, action });
});

it('says who, on what, under which policy and how risky, by opaque ids alone', () => {
  const approved = ofType('review.recorded');
  const bob = day.world.personOf('bob');
  expect(approved).toMatchObject({
    actor: { user: { uid: bob, type_id: 1 } },
    src_endpoint: { svc_name: 'api' },
    risk_level_id: 2,
    resources: [{ uid: 'postgres/prod/orders', namespace: 'prod', data: { action: 'db.export' } }],
    metadata: { profiles: ['security_control', 'record_integrity'] },
  });
  const asked = ofType('request.submitted');
  expect(asked.ai_agent).toEqual({ uid: 'bot-1' });
  expect(asked.metadata.profiles).toContain('ai_operation');
  expect(asked.actor).toMatchObject({ app_uid: 'bot-1', user: { uid: day.world.personOf('olga') } });
});

it('holds no text that can be erased', () => {
  const all = events.map((event) => JSON.stringify(event)).join('\n');
  for (const text of ['because of', 'a false alarm', 'I looked', 'reject, I say'])
    expect(all).not.toContain(text);
});

it('carries the exact bytes of the entry, and their hashes', () => {
  for (const [seq, event] of events.entries()) {
    const bytes = entries[seq]?.bytes ?? new Uint8Array();
    expect(event.raw_data).toBe(Buffer.from(bytes).toString('utf8'));
    expect(event.raw_data_hash.value).toBe(sha256(bytes));
    expect(event.unmapped.leaf_hash).toBe(sha256(Buffer.concat([Buffer.of(0), bytes])));
    expect(event.raw_data_size).toBe(bytes.length);
  }
});

it('chains the events: each fingerprint is over the rest of its event, and names the one before', () => {
  for (const [index, event] of events.entries()) {
    const [{ fingerprint, ...attestation }] = event.attestation_list;
    // Somebody else's RFC 8785.
    const rest = canonicalize({ ...event, attestation_list: [attestation] }) ?? '';
    expect(fingerprint.value).toBe(sha256(rest));
    const before = events[index - 1];
    if (before === undefined) expect(attestation.prev_event).toBeUndefined();
    else
      expect(attestation.prev_event).toEqual({
        uid: before.metadata.uid,
        type_uid: before.type_uid,
        fingerprint: before.attestation_list[0].fingerprint,
      });
  }
});

it('gives the same lines whether they are made at once or in pieces', () => {
  const whole = linesOf(null)?.lines;
  const pieces: string[] = [];
  let state: string | null = null;
  for (let from = 0; from < entries.length; ) {
    const batch = linesOf(state, 20_000, from);
    if (batch === null) throw new Error('nothing came');
    pieces.push(...batch.lines);
    ({ state } = batch);
    from = batch.seq + 1;
  }
  expect(pieces).toEqual(whole);
});

it('keeps to the bytes that it is given, and sends one event in any case', () => {
  const size = (lines: readonly string[]) =>
    lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
  const few = linesOf(null, 20_000);
  expect(size(few?.lines ?? [])).toBeLessThanOrEqual(20_000);
  expect(few?.lines.length).toBeGreaterThan(1);
  expect(linesOf(null, 1)?.lines).toHaveLength(1);
  expect(toOcsfLines([], null, MUCH)).toBeNull();
});
