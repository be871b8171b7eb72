import { describe, expect, it } from 'vitest';
import type { Digest } from '../../bot/core/digest.ts';
import type { PersonId } from '../../bot/core/request.ts';
import { AGENT, AT, aRequest, BOB } from './a-request.ts';
import type { Place } from './store-place.ts';

/** Repeats, freezes, people and the policy in force. */
export function keepsWhatIsBeside(name: string, place: Place): void {
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
        tx.setPolicyInForce(`sha256:${'0'.repeat(64)}`, '{}');
        tx.setPolicyInForce(version, '{"version":1}');
      });
      await expect(store.transact((tx) => tx.addPerson('bob', 'psn_other' as PersonId))).rejects.toThrow();
      await expect(store.transact((tx) => tx.addPerson('robert', BOB))).rejects.toThrow();
      const { committed } = store;
      expect([committed.personOf('bob'), committed.keyOf(BOB), committed.personOf('eve')]).toEqual([
        BOB,
        'bob',
        null,
      ]);
      expect([committed.policyInForce(), committed.policyText()]).toEqual([version, '{"version":1}']);
    });
  });
}
