import { describe, expect, it } from 'vitest';
import { channelOf, type Place, toPlace } from '../../bot/core/place.ts';
import type { RequestId } from '../../bot/core/request.ts';
import type { Messenger } from '../../bot/ports/messenger.ts';
import type { CardNotice, DirectNotice, ThreadNotice } from '../../bot/ports/notice.ts';
import { review, submit } from '../connectors/api/world.ts';
import type { TestKeyturn } from '../helpers/start-keyturn.ts';

/** A message as its readers find it at the vendor's. */
export interface Standing {
  readonly id: string;
  readonly under: string | null;
  readonly text: string;
  readonly buttons: number;
}

/** A messenger and the vendor behind it, with no relay between: the test is its only caller. */
export interface MessengerBench {
  readonly messenger: Messenger;
  readonly keyturn: TestKeyturn;
  readonly place: Place;
  /** Whether this vendor can be asked for a message by our key. */
  readonly canFind: boolean;
  standing(place: Place): Promise<readonly Standing[]>;
  remove(place: Place, id: string): Promise<void>;
  /** What the vendor does with the next call. */
  next(mood: 'refuses for 30 s' | 'is down' | 'has no such place'): void;
}

const go = () => new AbortController().signal;

/** What every messenger promises. See `bot/ports/messenger.ts`. */
export function behavesLikeAMessenger(name: string, open: () => Promise<MessengerBench>): void {
  const opened = async () => {
    const bench = await open();
    const request = await submit(bench.keyturn);
    const { committed } = bench.keyturn.keyturn.context.store;
    const id = request.id as RequestId;
    const card = (): CardNotice => ({
      kind: 'card',
      place: bench.place,
      request: id,
      seq: committed.auditSeq(id),
    });
    const post = (notice: Parameters<Messenger['post']>[0], key: string, under: string | null = null) =>
      bench.messenger.post(notice, { key, under, signal: go() });
    const posted = async () => {
      const answer = await post(card(), 'key-of-the-card');
      if (!('message' in answer)) throw new Error(`it was not posted: ${JSON.stringify(answer)}`);
      return answer.message;
    };
    return { ...bench, request, card, post, posted, seq: committed.auditSeq(id), id };
  };

  describe(`${name}, as a messenger`, () => {
    it('posts a card with its buttons, and says how the face calls it', async () => {
      const { posted, standing, place } = await opened();
      const id = await posted();
      const messages = await standing(place);
      expect(messages.map((message) => message.id)).toEqual([id]);
      expect(messages[0]?.text).toContain('Approval needed');
      expect(messages[0]?.buttons).toBe(4);
    });

    it('edits what it posted to what is true then, as often as it is asked', async () => {
      const { posted, card, messenger, standing, place, keyturn, request } = await opened();
      const id = await posted();
      await review(keyturn, 'bob', request, 'reject', { comment: 'no' });
      for (let time = 0; time < 2; time += 1) {
        expect(await messenger.edit(card(), id, go())).toBe('edited');
        const messages = await standing(place);
        expect(messages).toHaveLength(1);
        expect(messages[0]?.text).toContain('Rejected by bob');
        expect(messages[0]?.buttons).toBe(0);
      }
    });

    it('says that a message is gone which somebody deleted', async () => {
      const { posted, card, messenger, remove, place } = await opened();
      const id = await posted();
      await remove(place, id);
      expect(await messenger.edit(card(), id, go())).toBe('gone');
    });

    it('finds by its key what it posted, or says that it cannot tell', async () => {
      const { posted, card, messenger, canFind } = await opened();
      const id = await posted();
      expect(await messenger.find(card(), 'key-of-the-card', go())).toBe(canFind ? id : null);
      expect(await messenger.find(card(), 'another-key', go())).toBeNull();
    });

    it('hangs a line under its card', async () => {
      const { posted, post, standing, place, id: request, seq } = await opened();
      const card = await posted();
      const line: ThreadNotice = { kind: 'thread', place, request, seq };
      expect(await post(line, 'key-of-the-line', card)).toMatchObject({ message: expect.any(String) });
      const [found] = (await standing(place)).filter(({ under }) => under === card);
      expect(found?.text).toContain('1 of dba');
    });

    it('edits a line under its card, which stays one line, and says when it is gone', async () => {
      const { posted, post, messenger, standing, remove, place, id: request, seq } = await opened();
      const card = await posted();
      const line: ThreadNotice = { kind: 'thread', place, request, seq };
      const answer = await post(line, 'key-of-the-line', card);
      if (!('message' in answer)) throw new Error(`it was not posted: ${JSON.stringify(answer)}`);
      expect(await messenger.edit(line, answer.message, go())).toBe('edited');
      const [found, ...more] = (await standing(place)).filter(({ under }) => under === card);
      expect([found?.text.includes('1 of dba'), more]).toEqual([true, []]);
      await remove(place, answer.message);
      expect(await messenger.edit(line, answer.message, go())).toBe('gone');
    });

    it('tells one person where nobody else looks, and knows whom it cannot reach', async () => {
      const { post, messenger, standing, place, keyturn, id: request, request: asked } = await opened();
      const { rulebook, store } = keyturn.keyturn.context;
      const { committed } = store;
      const [eve, dora] = [committed.personOf('eve'), committed.personOf('dora')];
      if (eve === null || dora === null) throw new Error('they are enrolled');
      expect(messenger.directPlace(dora, rulebook)).toBeNull();
      const theirs = messenger.directPlace(eve, rulebook);
      if (theirs === null) throw new Error('eve has an account');
      await review(keyturn, 'bob', asked, 'reject', { comment: 'no' });
      const seq = committed.lastOf(request, ['request.rejected'])?.seq ?? -1;
      const notice: DirectNotice = { kind: 'direct', place: theirs, request, person: eve, seq };
      await post(notice, 'key-of-the-result');
      expect((await standing(theirs)).map(({ text }) => text).join()).toContain('Rejected by bob');
      expect(await standing(place)).toEqual([]);
    });

    it('hands on how long the vendor wants to be left alone', async () => {
      const { post, card, next, standing, place } = await opened();
      next('refuses for 30 s');
      expect(await post(card(), 'key')).toEqual({ retryAfterMs: 30_000 });
      expect(await standing(place)).toEqual([]);
    });

    it('fails where nobody can know whether it arrived, and says never where it never will', async () => {
      const { post, card, next } = await opened();
      next('is down');
      await expect(post(card(), 'key')).rejects.toThrow();
      next('has no such place');
      // Another message: a face may wait with one that is perhaps there already.
      expect(await post(card(), 'another key')).toEqual({ never: expect.stringMatching(/\S/) });
    });

    it('serves the places of its own face', () => {
      return opened().then(({ messenger, place }) =>
        expect(place).toBe(toPlace(messenger.face, channelOf(place))),
      );
    });
  });
}
