import { describe, expect, it } from 'vitest';
import { AGENT, AT, aRequest } from './a-request.ts';
import { insert, KEYTURN, note, noteOn, type Place } from './store-place.ts';

/** What was appended is there as it was hashed. */
export function keepsTheLog(name: string, place: Place): void {
  describe(`${name}, as a store: the log`, () => {
    it('keeps what people wrote out of the entry, and the entry as it was hashed', async () => {
      const store = place().open();
      const text = { comment: 'between you and me' };
      await store.transact((tx) =>
        tx.append({ type: 'requester.cleared', requester: AGENT, text }, KEYTURN, AT, null),
      );
      const [entry] = store.committed.entries(0, 1);
      const written = Buffer.from(entry?.bytes ?? []).toString('utf8');
      expect(written).not.toContain('between you and me');
      expect(JSON.parse(written)).toMatchObject({ seq: 0, type: 'requester.cleared' });
      expect(Object.keys(JSON.parse(written).d)).toEqual(['comment']);
    });

    it('gives the entries of one request in order, after the one that was seen last', async () => {
      const store = place().open();
      const [one, two] = [aRequest(), aRequest({ number: 2 })];
      await store.transact((tx) => {
        for (const request of [one, two]) insert(tx, request);
        for (const request of [one, two, one]) noteOn(tx, request);
      });
      const seqs = (after: number, most = 9) =>
        store.committed.entriesOf(one.id, after, most).map(({ seq }) => seq);
      expect(seqs(-1)).toEqual([0, 2, 4]);
      expect(seqs(0)).toEqual([2, 4]);
      expect(seqs(-1, 1)).toEqual([0]);
      expect(store.committed.entries(3, 9).map(({ seq }) => seq)).toEqual([3, 4]);
    });

    it('says whether the log ended with a stop', async () => {
      const { open } = place();
      const first = open();
      expect(first.stoppedCleanly).toBe(true);
      await first.transact((tx) => insert(tx, aRequest()));
      first.close();
      const second = open();
      expect(second.stoppedCleanly).toBe(false);
      await second.transact((tx) => note(tx));
      second.close();
      expect(open().stoppedCleanly).toBe(true);
    });
  });
}
