import { describe, expect, it } from 'vitest';
import { toPlace } from '../../bot/core/place.ts';
import { AT, aRequest } from './a-request.ts';
import { insert, note, type Place } from './store-place.ts';

/** A work is whole or leaves no trace, and comes to others in order. */
export function keepsWorksWhole(name: string, place: Place): void {
  describe(`${name}, as a store: works`, () => {
    it('keeps what was committed when it is closed and opened again', async () => {
      const { open } = place();
      const store = open();
      const request = aRequest();
      await store.transact((tx) => insert(tx, request));
      store.close();
      const again = open();
      expect(again.committed.request(request.id)).toEqual(request);
      expect(again.committed.actionText(request.id)).toBe('{"payload":{"number":1}}');
      expect(again.committed.newestEntry()).toEqual({ seq: 0, ts: AT });
    });

    it('leaves no trace of a work that throws: no row, no entry, no notice, and no place taken in the log', async () => {
      const store = place().open();
      await store.transact((tx) => void note(tx));
      const failed = store.transact((tx) => {
        insert(tx, aRequest());
        tx.notify({ kind: 'change', request: aRequest().id, place: toPlace('log'), seq: tx.lastSeq() });
        throw new Error('second thoughts');
      });
      await expect(failed).rejects.toThrow('second thoughts');
      expect(store.committed.request(aRequest().id)).toBeNull();
      expect(store.committed.notices(9)).toEqual([]);
      expect(store.committed.lastSeq()).toBe(0);
      expect(await store.transact((tx) => note(tx))).toBe(1);
    });

    it.each([0, 1, 2])(
      'harms no other when one of three that came together throws (place %i)',
      async (bad) => {
        const store = place().open();
        const works = [1, 2, 3].map((number) =>
          store.transact((tx) => {
            insert(tx, aRequest({ number }));
            if (number === bad + 1) throw new Error('second thoughts');
            return tx.lastSeq();
          }),
        );
        const results = await Promise.allSettled(works);
        expect(results.map(({ status }) => status === 'rejected')).toEqual(
          [0, 1, 2].map((index) => index === bad),
        );
        const kept = [1, 2, 3].filter((number) => number !== bad + 1);
        expect(
          store.committed
            .list({ states: null, requester: null, before: null, most: 9 })
            .map(({ number }) => number),
        ).toEqual(kept.toReversed());
        expect(store.committed.entries(0, 9).map(({ seq }) => seq)).toEqual([0, 1]);
      },
    );

    it('undoes a work alone that breaks a constraint', async () => {
      const store = place().open();
      await store.transact((tx) => insert(tx, aRequest()));
      const [before, twice, after] = await Promise.allSettled([
        store.transact((tx) => note(tx)),
        store.transact((tx) => insert(tx, aRequest({ number: 2, id: aRequest().id }))),
        store.transact((tx) => note(tx)),
      ]);
      expect([before.status, twice.status, after.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(store.committed.lastSeq()).toBe(2);
    });

    it('runs works in the order they came, each after the last is whole', async () => {
      const store = place().open();
      const seen = await Promise.all(
        [0, 1, 2].map(() => store.transact((tx) => [tx.lastSeq(), note(tx), tx.entries(0, 9).length])),
      );
      expect(seen).toEqual([
        [-1, 0, 1],
        [0, 1, 2],
        [1, 2, 3],
      ]);
    });

    it('runs nothing before the caller has left the stack, and everything once', async () => {
      const store = place().open();
      let runs = 0;
      const work = store.transact((tx) => {
        runs += 1;
        return note(tx);
      });
      expect(runs).toBe(0);
      await work;
      expect(runs).toBe(1);
    });

    it('refuses a work after it was closed, and does not run it', async () => {
      const store = place().open();
      store.close();
      let ran = false;
      const late = store.transact(() => {
        ran = true;
      });
      await expect(late).rejects.toMatchObject({ code: 'STORE_CLOSED' });
      expect(ran).toBe(false);
    });

    it('refuses the works that still wait when it is closed', async () => {
      const store = place().open();
      const waiting = store.transact((tx) => note(tx));
      store.close();
      await expect(waiting).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    });
  });
}
