import { expect, it } from 'vitest';
import { adoptPost } from '../../bot/app/adopt-post.ts';
import { toPlace } from '../../bot/core/place.ts';
import type { RequestId } from '../../bot/core/request.ts';
import { openDatabase } from '../../store/sqlite/open.ts';
import { review, submit } from '../connectors/api/world.ts';
import { MemoryVendor, memoryMessenger } from '../helpers/memory-face.ts';
import { startKeyturn, type TestKeyturn } from '../helpers/start-keyturn.ts';
import { until } from '../helpers/until.ts';

const PLACE = toPlace('memory');
const POLICY = { notify: [PLACE] };

async function open(vendor = new MemoryVendor()) {
  const keyturn = await startKeyturn(POLICY, {
    ports: { faces: (context) => [memoryMessenger(context, vendor)] },
  });
  return { vendor, keyturn };
}

const cards = (vendor: MemoryVendor, request?: string) =>
  vendor.in(PLACE).filter((one) => one.kind === 'card' && (request === undefined || one.request === request));

/** Everything is told. Time goes on, so that what failed gets its next try. */
function told({ keyturn, clock }: TestKeyturn): Promise<true> {
  return until(
    () => {
      const left = keyturn.context.store.committed.notices(1).length;
      if (left > 0) clock.advance(500);
      return left === 0 ? true : null;
    },
    () => keyturn.context.store.committed.notices(9),
  );
}

const typesOf = (keyturn: TestKeyturn) =>
  keyturn.keyturn.context.store.committed.entries(0, 500).map(({ type }) => type);

it('posts once what the vendor took and did not confirm', async () => {
  const { vendor, keyturn } = await open();
  vendor.moods.push('lost');
  const { id } = await submit(keyturn);
  await told(keyturn);
  expect(cards(vendor, id)).toHaveLength(1);
  expect(keyturn.keyturn.context.store.committed.cards(PLACE, id as RequestId)).toHaveLength(1);
});

it('finds after a restart the card that a dead process posted and did not store', async () => {
  const { vendor, keyturn } = await open();
  const { id } = await submit(keyturn);
  await told(keyturn);
  await keyturn.stop();
  // As a kill between the vendor's answer and our commit leaves it: posted, claimed, and not stored.
  const db = openDatabase(`${keyturn.dataDir}/keyturn.db`);
  const [key] = cards(vendor, id).map((card) => card.key);
  db.prepare("DELETE FROM posts WHERE kind = 'card'").run();
  db.prepare(
    "INSERT INTO outbox (kind, place, request, seq, due_at, turn, key) VALUES ('card', ?, ?, 1, 0, 1, ?)",
  ).run(PLACE, id, key);
  db.close();
  const next = await keyturn.restart();
  await told(next);
  expect(cards(vendor, id)).toHaveLength(1);
  expect((await review(next, 'bob', await requestOf(next, id), 'reject', { comment: 'no' })).status).toBe(
    200,
  );
  await until(() => (cards(vendor, id)[0]?.buttons.length === 0 ? true : null));
});

it('takes in the second copy of a vendor that forgets keys, at its first click', async () => {
  const vendor = new MemoryVendor();
  vendor.canFind = false;
  const { keyturn } = await open(vendor);
  vendor.moods.push('lost');
  const request = await submit(keyturn);
  await told(keyturn);
  const [stray, known] = cards(vendor, request.id);
  expect(known).toBeDefined();
  await adoptPost(keyturn.keyturn.context, PLACE, request.id, stray?.id ?? '');
  await adoptPost(keyturn.keyturn.context, PLACE, request.id, stray?.id ?? '');
  await review(keyturn, 'bob', request, 'reject', { comment: 'no' });
  await told(keyturn);
  expect(cards(vendor, request.id).map(({ buttons }) => buttons.length)).toEqual([0, 0]);
});

it('adopts no message of a request that there is not', async () => {
  const { keyturn } = await open();
  await adoptPost(keyturn.keyturn.context, PLACE, 'req_nothing' as RequestId, 'm99');
  expect(keyturn.keyturn.context.store.committed.post(PLACE, 'm99')).toBeNull();
});

it('edits once for many changes that came while the vendor was away', async () => {
  const { vendor, keyturn } = await open();
  const request = await submit(keyturn, { action: 'db.export' });
  await told(keyturn);
  const before = vendor.edits;
  vendor.moods.push('down', 'down', 'down');
  await keyturn.get('bob', `/v1/requests/${request.id}/payload`);
  await review(keyturn, 'bob', request, 'approve');
  await review(keyturn, 'carol', request, 'reject', { comment: 'no' });
  await told(keyturn);
  expect(vendor.edits - before).toBeLessThanOrEqual(2);
  expect(cards(vendor, request.id)[0]?.title).toContain('Rejected');
});

it('edits again when something changed while the edit was under way', async () => {
  const { vendor, keyturn } = await open();
  const request = await submit(keyturn);
  await told(keyturn);
  const { store } = keyturn.keyturn.context;
  const id = request.id as RequestId;
  await store.transact((tx) => tx.notify({ kind: 'card', place: PLACE, request: id, seq: 1 }));
  const [waiting] = store.committed.sendable(PLACE, Number.MAX_SAFE_INTEGER, 1);
  if (waiting === undefined) throw new Error('it waits');
  await store.transact((tx) => {
    tx.claim(waiting.id, 'under way');
    tx.notify({ kind: 'card', place: PLACE, request: id, seq: 2 });
    tx.crossOut([waiting]);
  });
  const [left] = store.committed.notices(1);
  expect(left).toMatchObject({ key: null, attempts: 0, notice: { seq: 2 } });
  await told(keyturn);
  expect(cards(vendor, request.id)).toHaveLength(1);
});

it('posts again a card that was deleted while it can be decided, and not one that is over', async () => {
  const { vendor, keyturn } = await open();
  const request = await submit(keyturn, { action: 'db.export' });
  await told(keyturn);
  for (const card of cards(vendor)) card.deleted = true;
  await keyturn.get('bob', `/v1/requests/${request.id}/payload`);
  await review(keyturn, 'bob', request, 'approve');
  await told(keyturn);
  expect(cards(vendor, request.id)).toHaveLength(1);
  for (const card of cards(vendor)) card.deleted = true;
  await review(keyturn, 'carol', request, 'reject', { comment: 'no' });
  await told(keyturn);
  expect(cards(vendor, request.id)).toEqual([]);
});

it('gives an open request its card when its face is new, and leaves no card behind the log', async () => {
  const before = await startKeyturn(POLICY);
  const request = await submit(before);
  const vendor = new MemoryVendor();
  await before.stop();
  const dir = before.dataDir.replace(/\/data$/, '');
  const faces = {
    faces: (context: Parameters<typeof memoryMessenger>[0]) => [memoryMessenger(context, vendor)],
  };
  const withFace = await startKeyturn(POLICY, { dir, clock: before.clock, ports: faces });
  await told(withFace);
  expect(cards(vendor, request.id)).toHaveLength(1);
  await withFace.stop();
  // The face is away while it is decided, so nobody writes a message for it.
  const without = await startKeyturn(POLICY, { dir, clock: before.clock });
  await review(without, 'bob', request, 'reject', { comment: 'no' });
  await without.stop();
  expect(cards(vendor, request.id)[0]?.title).toContain('Approval needed');
  const again = await startKeyturn(POLICY, { dir, clock: before.clock, ports: faces });
  await told(again);
  expect(cards(vendor, request.id)[0]?.title).toContain('Rejected');
});

it('puts on record that a card was sent, that its buttons went, and what could not be sent', async () => {
  const { vendor, keyturn } = await open();
  const request = await submit(keyturn);
  await told(keyturn);
  await review(keyturn, 'bob', request, 'reject', { comment: 'no' });
  await told(keyturn);
  expect(typesOf(keyturn)).toContain('notification.sent');
  expect(typesOf(keyturn)).toContain('notification.updated');
  vendor.moods.push({ never: 'not in channel' });
  await submit(keyturn);
  await told(keyturn);
  expect(typesOf(keyturn)).toContain('notification.failed');
});

async function requestOf(keyturn: TestKeyturn, id: string) {
  return (await keyturn.get('bob', `/v1/requests/${id}`)).body;
}
