import { EventEmitter, once } from 'node:events';
import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import { toPlace } from '../../bot/core/place.ts';
import type { RequestId } from '../../bot/core/request.ts';
import type { Courier, Delivery } from '../../bot/ports/courier.ts';
import type { WaitingNotice } from '../../bot/ports/notice.ts';
import { approve, aSubmission, startKeyturn, type TestKeyturn } from '../helpers/start-keyturn.ts';

/** A place where people look, which a test can break or stop. */
class Place implements Courier {
  readonly face: string;
  readonly toldOfChanges = true;
  /** Every try, also of what failed then. */
  readonly tried: number[] = [];
  readonly told: number[] = [];
  /** What comes of the nth try, the first being 1. Delivered where nothing is said. */
  answers = new Map<number, Delivery | 'throws'>();
  readonly #more = new EventEmitter();
  #held: Promise<void> = Promise.resolve();
  #release = (): void => undefined;

  constructor(face = 'here') {
    this.face = face;
  }

  async deliver({ notice }: WaitingNotice): Promise<Delivery> {
    const seq = 'seq' in notice ? Number(notice.seq) : -1;
    const nth = this.tried.push(seq);
    this.#more.emit('more');
    await this.#held;
    const answer = this.answers.get(nth) ?? { done: true };
    if (answer === 'throws') throw new Error('the place is away');
    if (answer.done) this.told.push(seq);
    this.#more.emit('more');
    return answer;
  }

  failing(...tries: number[]): void {
    this.answers = new Map(tries.map((nth) => [nth, 'throws']));
  }

  hold(): () => void {
    this.#held = new Promise((resolve) => {
      this.#release = resolve;
    });
    return this.#release;
  }

  async until(seen: (place: Place) => boolean): Promise<void> {
    while (!seen(this)) await once(this.#more, 'more');
  }
}

const start = (...places: Place[]) => startKeyturn({}, { ports: { couriers: () => places } });

/** Resolves when nothing is left to tell. Time goes on meanwhile, so that what waits for its next try gets it. */
async function drained({ keyturn, clock }: TestKeyturn, stepMs = 0): Promise<void> {
  while (keyturn.context.store.committed.notices(1).length > 0) {
    clock.advance(stepMs);
    await new Promise((resolve) => setTimeout(resolve, stepMs === 0 ? 0 : 20));
  }
}

async function submit(keyturn: TestKeyturn, statement: string) {
  const answer = await keyturn.post(
    'agent',
    '/v1/requests',
    aSubmission({ payload: { kind: 'sql', statement } }),
  );
  expect(answer.status).toBe(201);
  return answer.body;
}

/** Notices alone, as many as one likes: what a busy hour leaves in the outbox. */
function announce({ keyturn }: TestKeyturn, place: string, count: number): Promise<void> {
  return keyturn.context.store.transact((tx) => {
    for (let seq = 0; seq < count; seq += 1) {
      tx.notify({ kind: 'change', request: 'req_x' as RequestId, place: toPlace(place), seq });
    }
  });
}

it('tells every change of a request once, in the order of the log', async () => {
  const place = new Place();
  const keyturn = await start(place);
  const first = await submit(keyturn, 'SELECT 1');
  const second = await submit(keyturn, 'SELECT 2');
  await approve(keyturn, 'bob', second);
  await keyturn.post('agent', `/v1/requests/${second.id}/consume`, { action_digest: second.action_digest });
  await drained(keyturn);
  const seqs = keyturn.keyturn.context.store.committed
    .entries(0, 99)
    .filter(({ type }) => ['request.submitted', 'request.approved', 'grant.issued'].includes(type))
    .map(({ seq }) => seq);
  expect(seqs).toHaveLength(4);
  expect(place.told).toEqual(seqs);
  expect(place.told[0]).toBe(first.audit_seq);
});

it('tries again what a place did not take, later each time, and drops nothing', async () => {
  const place = new Place();
  const keyturn = await start(place);
  place.failing(1, 2);
  const { audit_seq } = await submit(keyturn, 'SELECT 1');
  await place.until(({ tried }) => tried.length === 1);
  // Half a second is never enough: the wait after a first failure is spread over half of one to one.
  keyturn.clock.advance(499);
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(place.tried).toHaveLength(1);
  await drained(keyturn, 500);
  expect(place.tried).toEqual([audit_seq, audit_seq, audit_seq]);
  expect(place.told).toEqual([audit_seq]);
});

it('lets what failed hold up only what came after it about the same request', async () => {
  const place = new Place();
  const keyturn = await start(place);
  const release = place.hold();
  const first = await submit(keyturn, 'SELECT 1');
  const second = await submit(keyturn, 'SELECT 2');
  await approve(keyturn, 'bob', first);
  await place.until(({ tried }) => tried.length === 1);
  place.failing(1);
  release();
  await place.until(({ told }) => told.length === 1);
  expect(place.told).toEqual([second.audit_seq]);
  await drained(keyturn, 1_000);
  const approved = keyturn.keyturn.context.store.committed.auditSeq(first.id);
  expect(place.told).toEqual([second.audit_seq, first.audit_seq, approved]);
});

it('leaves a place alone for as long as it asks, and then goes on where it was', async () => {
  const place = new Place();
  const keyturn = await start(place);
  place.answers = new Map([[1, { done: false, retryAfterMs: 60_000 }]]);
  const seqs = [(await submit(keyturn, 'SELECT 1')).audit_seq, (await submit(keyturn, 'SELECT 2')).audit_seq];
  await place.until(({ tried }) => tried.length === 1);
  // Its answer has to have arrived, or the minute begins after the clock was advanced.
  await new Promise(setImmediate);
  keyturn.clock.advance(59_000);
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(place.tried).toHaveLength(1);
  keyturn.clock.advance(1_001);
  await drained(keyturn, 1);
  expect(place.told).toEqual(seqs);
});

it('puts on record what can never be delivered, and goes on with the rest', async () => {
  const place = new Place();
  const keyturn = await start(place);
  const [text, answer] = ['a checkpoint', { done: false, never: 'no such channel' }] as const;
  place.answers = new Map([[1, answer]]);
  await keyturn.keyturn.context.store.transact((tx) => {
    tx.notify({ kind: 'text', place: toPlace('here'), seq: null, body: text });
  });
  await place.until(({ tried }) => tried.length === 1);
  await submit(keyturn, 'SELECT 1');
  await drained(keyturn);
  const { committed } = keyturn.keyturn.context.store;
  const failed = committed.entries(0, 99).filter(({ type }) => type === 'notification.failed');
  expect(failed).toHaveLength(1);
  expect(committed.textsOf(failed[0]?.seq ?? -1)).toEqual({ why: 'no such channel' });
  expect(place.told).toHaveLength(1);
});

it('tells one place at once while another never answers', async () => {
  const [stuck, well] = [new Place('stuck'), new Place('well')];
  const keyturn = await start(stuck, well);
  const release = stuck.hold();
  const seqs: number[] = [];
  for (const number of [1, 2, 3]) seqs.push((await submit(keyturn, `SELECT ${number}`)).audit_seq);
  await well.until(({ told }) => told.length === 3);
  expect(well.told).toEqual(seqs);
  expect(stuck.tried).toHaveLength(1);
  release();
  await drained(keyturn);
  expect(stuck.told).toEqual(seqs);
});

it('stops knocking at a place that takes nothing, and tells it all when it is back', async () => {
  const place = new Place();
  const keyturn = await start(place);
  place.failing(...Array.from({ length: 8 }, (_none, nth) => nth + 1));
  for (let number = 0; number < 20; number += 1) await submit(keyturn, `SELECT ${number}`);
  await place.until(({ tried }) => tried.length === 3);
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(place.tried).toHaveLength(3);
  await drained(keyturn, 500);
  expect(place.told).toHaveLength(20);
  expect(place.tried).toHaveLength(28);
});

it('delays no decision: a place that never answers holds up nobody who asks, votes or runs', async () => {
  const place = new Place();
  const keyturn = await start(place);
  const release = place.hold();
  const request = await submit(keyturn, 'SELECT 1');
  await place.until(({ tried }) => tried.length === 1);
  expect((await approve(keyturn, 'bob', request)).body.state).toBe('approved');
  const { action_digest } = request;
  const path = `/v1/requests/${request.id}`;
  const { nonce } = (await keyturn.post('agent', `${path}/consume`, { action_digest })).body;
  const ended = await keyturn.post('agent', `${path}/outcome`, { nonce, status: 'succeeded' });
  expect(ended.body.state).toBe('succeeded');
  expect(place.told).toEqual([]);
  release();
  await place.until(({ told }) => told.length === 4);
});

it('lets the process end though a place never answers, and tells it after the next start', async () => {
  const place = new Place();
  const keyturn = await start(place);
  place.hold();
  const { audit_seq } = await submit(keyturn, 'SELECT 1');
  await place.until(({ tried }) => tried.length === 1);
  await keyturn.stop();
  expect(place.told).toEqual([]);
  const again = new Place();
  const dir = dirname(keyturn.dataDir);
  const next = await startKeyturn({}, { dir, clock: keyturn.clock, ports: { couriers: () => [again] } });
  await drained(next);
  expect(again.told).toEqual([audit_seq]);
});

it('tells more than a batch, all of it in order', async () => {
  const place = new Place();
  const keyturn = await start(place);
  await announce(keyturn, 'here', 450);
  await submit(keyturn, 'SELECT 1');
  await place.until(({ told }) => told.length === 451);
  expect(place.told.slice(0, 450)).toEqual(Array.from({ length: 450 }, (_none, seq) => seq));
});

it('tells each place what is meant for it, and crosses out what is meant for one that is gone', async () => {
  const [here, there] = [new Place('here'), new Place('there')];
  const keyturn = await start(here, there);
  await announce(keyturn, 'nowhere', 2);
  const { audit_seq } = await submit(keyturn, 'SELECT 1');
  await drained(keyturn);
  expect([here.told, there.told]).toEqual([[audit_seq], [audit_seq]]);
});

it('keeps the order about one request where records wait for a common commit in the middle of a batch', async () => {
  const place = new Place();
  const recorded: Delivery = { done: true, mayWait: true, record: () => undefined };
  place.answers = new Map(Array.from({ length: 99 }, (_none, nth) => [nth + 1, recorded]));
  const keyturn = await start(place);
  const requests = ['req_x', 'req_x', ...Array.from({ length: 25 }, (_none, nth) => `req_${nth}`), 'req_x'];
  await keyturn.keyturn.context.store.transact((tx) => {
    requests.forEach((request, seq) => {
      tx.notify({ kind: 'change', request: request as RequestId, place: toPlace('here'), seq });
    });
  });
  await submit(keyturn, 'SELECT 1');
  await drained(keyturn);
  expect(place.told.filter((seq) => requests[seq] === 'req_x')).toEqual([0, 1, 27]);
});
