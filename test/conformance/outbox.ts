import { describe, expect, it } from 'vitest';
import { toPlace } from '../../bot/core/place.ts';
import type { PersonId, RequestId } from '../../bot/core/request.ts';
import type { Notice } from '../../bot/ports/notice.ts';
import type { Store } from '../../bot/ports/store.ts';

const [A, B] = ['req_a' as RequestId, 'req_b' as RequestId];
const [HERE, THERE] = [toPlace('here'), toPlace('there', '#x')];
const line = (request: RequestId, seq: number, place = HERE): Notice => ({
  kind: 'thread',
  place,
  request,
  seq,
});
const progress = (request: RequestId, seq: number): Notice => ({
  kind: 'progress',
  place: HERE,
  request,
  seq,
});
const card = (request: RequestId, seq: number): Notice => ({ kind: 'card', place: HERE, request, seq });

/** What the outbox of every store promises. */
export function behavesLikeAnOutbox(name: string, open: () => Store): void {
  const put = (store: Store, ...notices: Notice[]) =>
    store.transact((tx) => {
      for (const notice of notices) tx.notify(notice);
    });
  const seqs = (store: Store, at = 0) =>
    store.committed.sendable(HERE, at, 99).map(({ notice }) => ('seq' in notice ? notice.seq : null));

  describe(`${name}, as an outbox`, () => {
    it('keeps every kind of notice whole and in order, until it is crossed out', async () => {
      const store = open();
      const notices: readonly Notice[] = [
        { kind: 'change', place: HERE, request: A, seq: 7 },
        card(A, 8),
        line(A, 9),
        { kind: 'direct', place: HERE, request: A, person: 'psn_1' as PersonId, seq: 10 },
        { kind: 'digest', place: HERE, digest: 'dig_1' },
        progress(A, 11),
        { kind: 'text', place: HERE, seq: null, body: 'a checkpoint\n' },
      ];
      await put(store, ...notices);
      expect(store.committed.notices(9).map(({ notice }) => notice)).toEqual(notices);
      const [first, second] = store.committed.notices(2);
      await store.transact((tx) => tx.crossOut([first, second].flatMap((one) => one ?? [])));
      expect(store.committed.notices(9).map(({ notice }) => notice)).toEqual(notices.slice(2));
    });

    it('names each place for which something waits, once', async () => {
      const store = open();
      expect(store.committed.waitingPlaces()).toEqual([]);
      await put(store, line(A, 1), line(B, 2, THERE), line(B, 3));
      expect(store.committed.waitingPlaces()).toEqual([HERE, THERE]);
    });

    it('lets a newer card take the turn of the one that waits, and keeps it when it came meanwhile', async () => {
      const store = open();
      await put(store, card(A, 1), line(A, 2), card(B, 3), card(A, 4));
      expect(seqs(store)).toEqual([4, 2, 3]);
      const [read] = store.committed.sendable(HERE, 0, 1);
      if (read === undefined) throw new Error('it waits');
      await put(store, card(A, 5));
      await store.transact((tx) => tx.crossOut([read]));
      expect(seqs(store)).toEqual([5, 2, 3]);
    });

    it('holds up behind a failed notice only what came later about the same request', async () => {
      const store = open();
      await put(store, line(A, 1), line(B, 2), line(A, 3), line(A, 4, THERE));
      const [failed] = store.committed.notices(1);
      await store.transact((tx) => tx.tryAgain(failed?.id ?? -1, 100));
      expect(seqs(store, 99)).toEqual([2]);
      expect(store.committed.sendable(THERE, 99, 9)).toHaveLength(1);
      expect(seqs(store, 100)).toEqual([1, 2, 3]);
      expect(store.committed.notices(1)[0]?.attempts).toBe(1);
    });

    it('sends nothing before its time, and holds up nothing with what only waits for its time', async () => {
      const store = open();
      await store.transact((tx) => {
        tx.notify(line(A, 1), { dueAt: 50 });
        tx.notify(line(A, 2));
      });
      expect(seqs(store, 49)).toEqual([2]);
      expect(seqs(store, 50)).toEqual([1, 2]);
    });

    it('lets what is urgent go first, behind what it builds on', async () => {
      const store = open();
      await put(store, line(A, 1), line(B, 2), line(A, 3));
      await store.transact((tx) => tx.notify(line(B, 4), { urgent: true }));
      expect(seqs(store)).toEqual([2, 4, 1, 3]);
    });

    it('puts progress behind everything else, once for each start, and lets it hold up nothing', async () => {
      const store = open();
      await put(store, progress(A, 1), line(A, 2), progress(A, 1), progress(A, 3), line(B, 4));
      await store.transact((tx) => tx.notify(line(A, 5), { urgent: true }));
      expect(seqs(store)).toEqual([2, 5, 4, 1, 3]);
      const [first] = store.committed.notices(1);
      expect(first?.notice.kind).toBe('progress');
      await store.transact((tx) => tx.tryAgain(first?.id ?? -1, 100));
      expect(seqs(store, 99)).toEqual([2, 5, 4, 3]);
    });

    it('gives a message one key, which no later claim changes', async () => {
      const store = open();
      await put(store, card(A, 1));
      const [{ id } = { id: -1 }] = store.committed.notices(1);
      await store.transact((tx) => tx.claim(id, 'first'));
      await store.transact((tx) => tx.claim(id, 'second'));
      expect(store.committed.notices(1)[0]?.key).toBe('first');
    });

    it('knows every copy of a card, which place has it, and forgets only what is never edited', async () => {
      const store = open();
      const post = { place: HERE, request: A, digest: null, seq: 1, at: 10 } as const;
      await store.transact((tx) => {
        tx.addPost({ ...post, kind: 'card', message: 'm1' });
        tx.addPost({ ...post, kind: 'card', message: 'm1' });
        tx.addPost({ ...post, kind: 'card', message: 'm2', at: 11 });
        tx.addPost({ ...post, kind: 'thread', message: 'm3' });
        tx.addPost({ ...post, kind: 'direct', message: 'm4' });
        tx.addDigested(THERE, A, 'dig_1', 12);
      });
      const { committed } = store;
      expect(committed.cards(HERE, A).map(({ message }) => message)).toEqual(['m1', 'm2']);
      expect(committed.linesOf(A, 1).map(({ message }) => message)).toEqual(['m3']);
      expect(committed.linesOf(A, 2)).toEqual([]);
      expect(committed.placesOf(A)).toEqual([HERE, THERE]);
      expect(committed.digestOf(THERE, A)).toBe('dig_1');
      expect(committed.newestDigest(THERE)).toEqual({ digest: 'dig_1', since: 12, count: 1 });
      await store.transact((tx) => {
        tx.forgetPosts(100);
        tx.showed(HERE, 'm1', 5);
        tx.removePost(HERE, 'm2');
      });
      expect(committed.cards(HERE, A)).toMatchObject([{ message: 'm1', seq: 5 }]);
      expect(committed.post(HERE, 'm3')).toBeNull();
      expect(committed.post(HERE, 'm4')).toBeNull();
    });
  });
}
