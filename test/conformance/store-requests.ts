import { describe, expect, it } from 'vitest';
import type { ActionRequest, ClientId, RequestId } from '../../bot/core/request.ts';
import type { Store } from '../../bot/ports/store.ts';
import { AGENT, AT, aRequest, BOB } from './a-request.ts';
import { insert, note, noteOn, type Place } from './store-place.ts';

/** Requests, and the lists of them. */
export function keepsRequests(name: string, place: Place): void {
  describe(`${name}, as a store: requests`, () => {
    const execution = {
      nonceDigest: `sha256:${'d'.repeat(64)}`,
      startedAt: AT,
      heardAt: AT,
      run: null,
      stopRequested: false,
      outcome: null,
      lateReports: [],
    } as const;

    it('stamps a request with the newest entry when it changes, and with none at a sign of life', async () => {
      const store = place().open();
      const request = aRequest();
      const running = { ...request, state: 'executing', execution } as const;
      const heard = { ...running, execution: { ...execution, heardAt: AT + 5 } };
      await store.transact((tx) => {
        insert(tx, request);
        note(tx);
        noteOn(tx, running);
        tx.update(running, request);
        note(tx);
        tx.touch(heard);
      });
      expect(store.committed.request(request.id)).toEqual(heard);
      expect(store.committed.auditSeq(request.id)).toBe(2);
      expect(store.committed.due(AT + 60_004, 9)).toEqual([]);
      expect(store.committed.due(AT + 60_005, 9)).toEqual([request.id]);
    });

    it('keeps every part of a request that can change', async () => {
      const store = place().open();
      const request = aRequest();
      const changed: ActionRequest = {
        ...request,
        demands: { ...request.demands, risk: 'critical', plans: ['two-keys'] },
        tell: 'told',
        submissions: [{ key: 'k', hold: 'wait' }],
        reviews: [{ person: BOB, verdict: 'reject', comment: 'no', via: 'api', at: AT, void: false }],
        shown: [{ person: BOB, viewDigest: request.viewDigest }],
        rejectReason: 'no',
        wasFlagged: true,
        resolvedAt: AT + 1,
        usableUntil: AT + 2,
        execution,
        state: 'rejected',
      };
      await store.transact((tx) => {
        insert(tx, request);
        noteOn(tx, changed);
        tx.update(changed, request);
      });
      expect(store.committed.request(request.id)).toEqual(changed);
    });

    it('finds nothing under an id that is not there', () => {
      const { committed } = place().open();
      const nobody = 'req_nobody' as RequestId;
      expect(committed.request(nobody)).toBeNull();
      expect(committed.auditSeq(nobody)).toBe(-1);
      expect(() => committed.actionText(nobody)).toThrow('no stored action');
    });

    it('lists what is due, soonest first, the deadline itself included', async () => {
      const store = place().open();
      const dueIn = (number: number, ms: number) =>
        aRequest({ number, demands: { ...aRequest().demands, expiresAt: AT + ms } });
      const over = { ...dueIn(4, 1), state: 'expired' } as const;
      await store.transact((tx) => {
        for (const request of [dueIn(1, 30), dueIn(2, 10), dueIn(3, 20), over]) insert(tx, request);
      });
      expect(store.committed.due(AT + 9, 9)).toEqual([]);
      expect(store.committed.due(AT + 20, 9)).toEqual(['req_2', 'req_3']);
      expect(store.committed.due(AT + 99, 2)).toEqual(['req_2', 'req_3']);
    });

    it('lists what Keyturn has at work since before some time, longest first', async () => {
      const store = place().open();
      const run = { attempt: 1, worker: 'w', leaseUntil: AT + 999, retryAt: null, output: null };
      const executor = {
        kind: 'once',
        definition: `sha256:${'e'.repeat(64)}`,
        line: 'runs it',
        runsOn: [],
      } as const;
      const at = (number: number, startedAt: number, state: ActionRequest['state'] = 'executing') => ({
        before: aRequest({ number, executor }),
        after: aRequest({
          number,
          executor,
          state,
          execution: { ...execution, run: { ...run, startedAt: AT + startedAt } },
        }),
      });
      const byItsCaller = {
        before: aRequest({ number: 5 }),
        after: aRequest({ number: 5, state: 'executing', execution }),
      };
      await store.transact((tx) => {
        for (const { before, after } of [at(1, 30), at(2, 10), at(3, 20), at(4, 5, 'failed'), byItsCaller]) {
          insert(tx, before);
          noteOn(tx, after);
          tx.update(after, before);
        }
      });
      const atWork = (before: number, most: number) =>
        store.committed.atWork(AT + before, most).map(({ number }) => number);
      expect([atWork(9, 9), atWork(20, 9), atWork(99, 2)]).toEqual([[], [2, 3], [2, 3]]);
    });

    it('lists as waiting what is open and blocks everybody who asked', async () => {
      const store = place().open();
      const asked = (number: number, state: ActionRequest['state'], ...holds: ('wait' | 'poll')[]) =>
        aRequest({ number, state, submissions: holds.map((hold) => ({ key: null, hold })) });
      const joined = asked(5, 'pending', 'wait');
      await store.transact((tx) => {
        for (const request of [
          asked(1, 'pending', 'wait'),
          asked(2, 'pending', 'wait', 'poll'),
          asked(3, 'approved', 'wait', 'wait'),
          asked(4, 'rejected', 'wait'),
          joined,
        ])
          insert(tx, request);
      });
      expect(store.committed.waiting()).toEqual(['req_1', 'req_3', 'req_5']);
      await store.transact((tx) => {
        noteOn(tx, joined);
        tx.update(asked(5, 'pending', 'wait', 'poll'), joined);
      });
      expect(store.committed.waiting()).toEqual(['req_1', 'req_3']);
    });

    it('lists newest first, by state, requester and page; and by state alone oldest first', async () => {
      const store = place().open();
      const other = { ...aRequest().requester, id: 'ci' as ClientId };
      await store.transact((tx) => {
        for (const number of [1, 2, 3, 4, 5, 6]) {
          const state = number % 2 === 0 ? 'approved' : 'pending';
          insert(tx, aRequest({ number, state, ...(number > 4 ? { requester: other } : {}) }));
        }
      });
      const all = { states: null, requester: null, before: null, most: 9 };
      const list = (query: Partial<Parameters<Store['committed']['list']>[0]>) =>
        store.committed.list({ ...all, ...query }).map(({ number }) => number);
      expect(list({})).toEqual([6, 5, 4, 3, 2, 1]);
      expect(list({ most: 2 })).toEqual([6, 5]);
      expect(list({ before: 4 })).toEqual([3, 2, 1]);
      expect(list({ states: ['pending'] })).toEqual([5, 3, 1]);
      expect(list({ states: ['pending', 'approved'], requester: 'ci' })).toEqual([6, 5]);
      expect(list({ requester: 'nobody' })).toEqual([]);
      const inStates = (after: number, most: number) =>
        store.committed.inStates(['pending', 'flagged'], most, after).map(({ number }) => number);
      expect(inStates(0, 2)).toEqual([1, 3]);
      expect(inStates(3, 2)).toEqual([5]);
      expect(Object.fromEntries(store.committed.countByState())).toEqual({ approved: 3, pending: 3 });
    });

    it('counts what a requester has open and has asked lately, no further than it must', async () => {
      const store = place().open();
      const counted = await store.transact((tx) => {
        for (const number of [1, 2, 3, 4]) insert(tx, aRequest({ number, createdAt: AT + number * 10 }));
        insert(tx, aRequest({ number: 5, state: 'denied', createdAt: AT + 50 }));
        return {
          next: tx.nextNumber(),
          open: [tx.countOpen(AGENT, 20), tx.countOpen(AGENT, 2), tx.countOpen(BOB, 20)],
          since: [tx.countSince(AGENT, AT + 20, 30), tx.countSince(AGENT, AT, 2), tx.countSince(BOB, AT, 30)],
          openOf: tx
            .openOf(AGENT)
            .map(({ number }) => number)
            .toSorted(),
        };
      });
      expect(counted).toEqual({ next: 6, open: [4, 2, 0], since: [3, 2, 0], openOf: [1, 2, 3, 4] });
    });

    it('finds the pending twin of an action, and none once it is decided', async () => {
      const store = place().open();
      const request = aRequest();
      const approved = { ...request, state: 'approved' } as const;
      const found = await store.transact((tx) => {
        insert(tx, request, 'same');
        const pending = tx.pendingTwin('same');
        noteOn(tx, approved);
        tx.update(approved, request);
        const gone = tx.pendingTwin('same');
        insert(tx, aRequest({ number: 2 }), 'same');
        return [pending?.number, gone, tx.pendingTwin('same')?.number, tx.pendingTwin('other')];
      });
      expect(found).toEqual([1, null, 2, null]);
    });
  });
}
