import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerBlocks } from '../../../bot/slack/answer-blocks.ts';
import { cardBlocks } from '../../../bot/slack/card-blocks.ts';
import { digestBlocks, listBlocks } from '../../../bot/slack/list-blocks.ts';
import { formModal } from '../../../bot/slack/modals.ts';
import { pageModal } from '../../../bot/slack/page-modal.ts';
import { plainCardBlocks } from '../../../bot/slack/plain-blocks.ts';
import { plain } from '../../../bot/views/words.ts';
import { aCard, aDigest, aForm, aList, aPage } from '../../helpers/arbitrary-views.ts';
import { blockErrors, blocksSize } from '../../helpers/fake-slack/check-blocks.ts';
import { viewErrors } from '../../helpers/fake-slack/check-view.ts';
import { LIMITS } from '../../helpers/fake-slack/limits.ts';
import { readBlocks } from '../../helpers/fake-slack/read-blocks.ts';

const SETTINGS = { seed: Number(process.env['KEYTURN_SEED'] ?? 123_456), numRuns: 60, endOnFailure: true };

/** What the fake would say to a message of these blocks. */
function messageErrors(blocks: unknown): readonly string[] {
  const size = blocksSize(blocks);
  return [
    ...blockErrors(blocks, '/blocks', LIMITS.blocksInMessage),
    ...(size > LIMITS.blocksJson ? [`${size} of ${LIMITS.blocksJson} characters`] : []),
  ];
}

/** What the fake would say to a window: wire form, as it is sent. */
function windowErrors(view: unknown): readonly string[] {
  const wire: unknown = JSON.parse(JSON.stringify(view));
  const size = JSON.stringify(wire).length;
  return [
    ...viewErrors(wire),
    ...(size > LIMITS.viewJson ? [`${size} of ${LIMITS.viewJson} characters`] : []),
  ];
}

/** A quote's bar and a section's end are not the text's. */
function withoutBreaks(text: string): string {
  return text.replaceAll('\n> ', '\n').replace(/[\n ]+/g, '');
}

describe('whatever a requester wrote', () => {
  it('no card exceeds a limit, pings anybody or draws a link', () => {
    fc.assert(
      fc.property(aCard, (card) => {
        for (const blocks of [cardBlocks(card).blocks, plainCardBlocks(card)]) {
          expect(messageErrors(blocks)).toEqual([]);
          expect(readBlocks(blocks)).toMatchObject({ pings: [], links: [] });
        }
      }),
      SETTINGS,
    );
  });

  it('a card that can be approved from shows all of it, and any other says that it does not', () => {
    fc.assert(
      fc.property(aCard, (card) => {
        const offers = card.buttons.some(({ verb }) => verb === 'approve');
        const facts = card.facts.map(({ value }) => plain(value));
        const everything = [plain(card.title), plain(card.why.value), ...facts, card.preview.untrusted];
        for (const blocks of [cardBlocks(card).blocks, plainCardBlocks(card)]) {
          const { text, buttons } = readBlocks(blocks);
          const bare = withoutBreaks(text);
          if (buttons.includes('Do approve')) {
            expect(everything.filter((part) => !bare.includes(withoutBreaks(part)))).toEqual([]);
          } else if (offers) expect(text).toContain('Shortened to fit Slack');
        }
      }),
      SETTINGS,
    );
  });

  it('no list and no digest exceeds a limit', () => {
    fc.assert(
      fc.property(aList, aDigest, (list, digest) => {
        expect(messageErrors(listBlocks(list))).toEqual([]);
        expect(messageErrors(digestBlocks(digest))).toEqual([]);
        expect(messageErrors(answerBlocks({ kind: 'list', list }).blocks)).toEqual([]);
        const home = { type: 'home', blocks: listBlocks(list, { blocks: 99, budget: 100_000 }) };
        expect(windowErrors(home)).toEqual([]);
      }),
      SETTINGS,
    );
  });

  it('no window exceeds a limit, and a page leaves no line out', () => {
    fc.assert(
      fc.property(aPage, aForm, (page, form) => {
        const modal = pageModal(page);
        expect(windowErrors(modal)).toEqual([]);
        expect(readBlocks(modal.blocks).text).toContain(
          page.text.untrusted === '' ? '(empty)' : page.text.untrusted,
        );
        expect(windowErrors(formModal(form))).toEqual([]);
      }),
      SETTINGS,
    );
  });
});
