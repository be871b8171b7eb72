import { EventEmitter, once } from 'node:events';
import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import type { RequestId } from '../../bot/core/request.ts';
import type { Messenger, Notice } from '../../bot/ports/messenger.ts';
import { approve, aSubmission, startKeyturn, type TestKeyturn } from '../helpers/start-keyturn.ts';

/** A place where people look, which a test can break or stop. */
class Place implements Messenger {
  readonly place: string;
  /** Every try, also of what failed then. */
  readonly tried: number[] = [];
  readonly told: number[] = [];
  /** Which tries fail, the first being 1. */
  failing: readonly number[] = [];
  readonly #more = new EventEmitter();
  #held: Promise<void> = Promise.resolve();
  #release = (): void => undefined;

  constructor(place = 'here') {
    this.place = place;
  }

  async deliver({ seq }: Notice): Promise<void> {
    const nth = this.tried.push(seq);
    this.#more.emit('more');
    await this.#held;
    if (this.failing.includes(nth)) throw new Error('the place is away');
    this.told.push(seq);
    this.#more.emit('more');
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

const start = (...places: Place[]) => startKeyturn({}, { ports: { messengers: () => places } });

/** Resolves when nothing is left to tell. */
async function drained({ keyturn }: TestKeyturn): Promise<void> {
  while (keyturn.context.store.committed.notices(1).length > 0) await new Promise(setImmediate);
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
    for (let seq = 0; seq < count; seq += 1) tx.notify({ request: 'req_x' as RequestId, place, seq });
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

it('tries again what a place did not take, keeps the order, and drops nothing', async () => {
  const place = new Place();
  const keyturn = await start(place);
  place.failing = [1, 2];
  const seqs: number[] = [];
  for (const number of [1, 2, 3]) seqs.push((await submit(keyturn, `SELECT ${number}`)).audit_seq);
  await place.until(({ told }) => told.length === 3);
  await drained(keyturn);
  expect(place.told).toEqual(seqs);
  expect(place.tried.length).toBeGreaterThanOrEqual(5);
  expect(place.tried.slice(0, 2)).toEqual([seqs[0], seqs[0]]);
});

it('crosses out what went before a failure, and does not tell that again', async () => {
  const place = new Place();
  const keyturn = await start(place);
  const release = place.hold();
  const seqs: number[] = [];
  for (const number of [1, 2, 3]) seqs.push((await submit(keyturn, `SELECT ${number}`)).audit_seq);
  await place.until(({ tried }) => tried.length === 1);
  place.failing = [2];
  release();
  await place.until(({ told }) => told.length === 3);
  expect(place.tried).toEqual([seqs[0], seqs[1], seqs[1], seqs[2]]);
  expect(place.told).toEqual(seqs);
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
  const next = await startKeyturn({}, { dir, clock: keyturn.clock, ports: { messengers: () => [again] } });
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
