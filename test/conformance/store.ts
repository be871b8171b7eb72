import { describe, expect, it } from 'vitest';
import type { Digest } from '../../bot/core/digest.ts';
import { toPlace } from '../../bot/core/place.ts';
import type { ActionRequest, ClientId, PersonId, RequestId } from '../../bot/core/request.ts';
import type { Store, Transaction } from '../../bot/ports/store.ts';
import { AGENT, AT, aRequest, BOB } from './a-request.ts';

const KEYTURN = { kind: 'keyturn' } as const;
const note = (tx: Transaction) => tx.append({ type: 'log.stopped' }, KEYTURN, AT, null);
const noteOn = (tx: Transaction, request: ActionRequest) =>
  tx.append({ type: 'request.expired' }, KEYTURN, AT, request);

function insert(tx: Transaction, request: ActionRequest, twin = `twin ${request.number}`): void {
  noteOn(tx, request);
  tx.insert(request, `{"payload":{"number":${request.number}}}`, twin);
}

/** `open` gives a store over the same place each time; the one before is closed by then. */
export function behavesLikeAStore(name: string, place: () => { open(): Store }): void {
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

  describe(`${name}, as a store: requests`, () => {
    const execution = {
      nonceDigest: `sha256:${'d'.repeat(64)}`,
      startedAt: AT,
      heardAt: AT,
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

  describe(`${name}, as a store: what stands beside the requests`, () => {
    it('remembers a submission per requester and key, and forgets it by its time', async () => {
      const store = place().open();
      const stored = { request: aRequest().id, bodyDigest: 'd', at: AT };
      const found = await store.transact((tx) => {
        tx.rememberSubmission(AGENT, 'key', stored);
        const known = [tx.submission(AGENT, 'key'), tx.submission(BOB, 'key'), tx.submission(AGENT, 'other')];
        tx.forgetBefore(AT, AT);
        const kept = tx.submission(AGENT, 'key');
        tx.forgetBefore(AT + 1, AT);
        return [...known, kept, tx.submission(AGENT, 'key')];
      });
      expect(found).toEqual([stored, null, null, stored, null]);
    });

    it('remembers one consume of a request and never a second', async () => {
      const store = place().open();
      const { id } = aRequest();
      const stored = { key: 'k', answer: '{}', at: AT };
      await store.transact((tx) => tx.rememberConsume(id, stored));
      await expect(store.transact((tx) => tx.rememberConsume(id, { ...stored, key: 'j' }))).rejects.toThrow();
      const found = await store.transact((tx) => {
        const known = tx.consumed(id);
        tx.forgetBefore(AT, AT + 1);
        return [known, tx.consumed(id)];
      });
      expect(found).toEqual([stored, null]);
    });

    it('holds a freeze, replaces it, and lifts it', async () => {
      const store = place().open();
      const freeze = { at: AT, exclusions: [BOB] };
      const found = await store.transact((tx) => {
        const seen = [tx.frozen(AGENT)];
        tx.freeze(AGENT, { at: AT - 1, exclusions: [] });
        tx.freeze(AGENT, freeze);
        seen.push(tx.frozen(AGENT), tx.frozen(BOB));
        tx.unfreeze(AGENT);
        return [...seen, tx.frozen(AGENT)];
      });
      expect(found).toEqual([null, freeze, null, null]);
    });

    it('gives a person one id for ever, and the policy in force', async () => {
      const store = place().open();
      const version: Digest = `sha256:${'e'.repeat(64)}`;
      expect(store.committed.policyInForce()).toBeNull();
      await store.transact((tx) => {
        tx.addPerson('bob', BOB);
        tx.setPolicyInForce(`sha256:${'0'.repeat(64)}`);
        tx.setPolicyInForce(version);
      });
      await expect(store.transact((tx) => tx.addPerson('bob', 'psn_other' as PersonId))).rejects.toThrow();
      await expect(store.transact((tx) => tx.addPerson('robert', BOB))).rejects.toThrow();
      const { committed } = store;
      expect([committed.personOf('bob'), committed.keyOf(BOB), committed.personOf('eve')]).toEqual([
        BOB,
        'bob',
        null,
      ]);
      expect(committed.policyInForce()).toBe(version);
    });
  });
}
