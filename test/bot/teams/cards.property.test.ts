import fc from 'fast-check';
import { describe, expect, it, type TestContext } from 'vitest';
import type { AdaptiveCard } from '../../../bot/cards/adaptive.ts';
import { answerCard, digestMessage } from '../../../bot/teams/answer-card.ts';
import { fitCard } from '../../../bot/teams/fit.ts';
import { mentioning } from '../../../bot/teams/mentions.ts';
import { linesPerPage, pageCard } from '../../../bot/teams/page-card.ts';
import { plain } from '../../../bot/views/words.ts';
import { aCard, aDigest, aForm, aList, aPage } from '../../helpers/arbitrary-views.ts';
import { cardSchema } from '../../helpers/card-schema.ts';
import { cardErrors, nodes } from '../../helpers/fake-teams/check-activity.ts';
import { readCard } from '../../helpers/fake-teams/read-card.ts';
import { skipUnless } from '../../helpers/require.ts';

const SETTINGS = { seed: Number(process.env['KEYTURN_SEED'] ?? 123_456), numRuns: 30, endOnFailure: true };
const ONE = { seed: 123_456, numRuns: 1 };
const BUDGET = 20_000;
const schema = cardSchema();

/** What Teams, its library or the budget would say to it. */
function errors(card: AdaptiveCard): readonly string[] {
  const bytes = Buffer.byteLength(JSON.stringify(card));
  return [
    ...cardErrors(card),
    ...(bytes > BUDGET ? [`${bytes} bytes`] : []),
    ...(schema?.(card) ?? []),
    // Both read Markdown and HTML.
    ...nodes(card).flatMap(({ type }) => (type === 'TextBlock' || type === 'FactSet' ? [type] : [])),
  ];
}

const bare = (text: string) => text.replace(/[\n ]+/g, '');

/** Braces are what costs most: each becomes a run of its own. */
const braces = (most: number) => '{'.repeat(most);

describe('whatever a requester wrote', { timeout: 120_000 }, () => {
  it("has Microsoft's own schema to be measured by", (context: TestContext) => {
    skipUnless(context, 'shared', schema !== null);
    expect(schema?.({ type: 'AdaptiveCard', version: '1.5', body: [{ type: 'NoSuchThing' }] })).not.toEqual(
      [],
    );
  });

  it('no card is refused, and none exceeds the budget', () => {
    fc.assert(
      fc.property(aCard, (card) => {
        expect(errors(fitCard(card))).toEqual([]);
      }),
      SETTINGS,
    );
  });

  it('a card that can be approved from shows all of it, and any other says that it does not', () => {
    fc.assert(
      fc.property(aCard, (card) => {
        const facts = card.facts.map(({ value }) => plain(value));
        const everything = [plain(card.title), plain(card.why.value), ...facts, card.preview.untrusted];
        const { text, buttons } = readCard(fitCard(card));
        if (buttons.includes('Do approve'))
          expect(everything.filter((part) => !bare(text).includes(bare(part)))).toEqual([]);
        else if (card.buttons.some(({ verb }) => verb === 'approve'))
          expect(text).toContain('Shortened to fit Teams');
      }),
      SETTINGS,
    );
  });

  it('no answer, form, list or digest is refused', () => {
    fc.assert(
      fc.property(aCard, aForm, aList, aDigest, (card, form, list, digest) => {
        const { buttons } = card;
        const lines = [card.title, card.why.value, ...(card.outcome ?? [])];
        for (const standing of [null, card])
          expect(errors(answerCard({ kind: 'text', ok: false, lines, buttons }, standing))).toEqual([]);
        expect(errors(answerCard({ kind: 'form', form }))).toEqual([]);
        expect(
          errors(answerCard({ kind: 'list', list: { ...list, items: list.items.slice(0, 15) } })),
        ).toEqual([]);
        expect(errors(digestMessage({ ...digest, items: digest.items.slice(0, 10) }))).toEqual([]);
      }),
      SETTINGS,
    );
  });

  it('no page is refused, and none leaves a line out', () => {
    fc.assert(
      fc.property(aPage, (page) => {
        const lines = linesPerPage(page.text.untrusted, page);
        const text = page.text.untrusted.split('\n').slice(0, lines).join('\n');
        const card = pageCard({ ...page, text: { untrusted: text } });
        expect(errors(card)).toEqual([]);
        expect(readCard(card).text).toContain(text);
      }),
      SETTINGS,
    );
  });
});

it('the dearest text there is fits too, as card, as answer, as list and as page', () => {
  const dear = { untrusted: braces(2_000) };
  const [card, list, page] = [fc.sample(aCard, ONE)[0], fc.sample(aList, ONE)[0], fc.sample(aPage, ONE)[0]];
  if (card === undefined || list === undefined || page === undefined) throw new Error('nothing was made');
  const facts = Array.from({ length: 25 }, () => ({ label: 'x', value: [dear] }));
  const hostile = {
    ...card,
    title: [dear],
    facts,
    why: { label: 'Why', value: [dear] },
    preview: { untrusted: braces(4_096) },
  };
  expect(errors(fitCard(hostile))).toEqual([]);
  expect(
    errors(
      answerCard(
        { kind: 'text', ok: false, lines: Array.from({ length: 20 }, () => [dear]), buttons: [] },
        hostile,
      ),
    ),
  ).toEqual([]);
  const items = Array.from({ length: 15 }, (_none, number) => ({
    ...list.items[0],
    request: 'r',
    number,
    state: 'pending' as const,
    risk: 'low' as const,
    title: [dear],
    about: [dear],
    buttons: card.buttons.slice(0, 1),
  }));
  expect(errors(answerCard({ kind: 'list', list: { ...list, items } }))).toEqual([]);
  const line = braces(160);
  const lines = linesPerPage(Array.from({ length: 40 }, () => line).join('\n'), page);
  expect(lines).toBe(1);
  expect(
    errors(
      pageCard({
        ...page,
        page: 0,
        title: [dear],
        facts,
        why: { label: 'Why', value: [dear] },
        text: { untrusted: line },
      }),
    ),
  ).toEqual([]);
});

it('calls people by the name of the policy, and by nothing that draws a link', () => {
  const card = fitCard(fc.sample(aCard, ONE)[0] as never);
  const called = mentioning(card, [
    { id: 'a', name: 'Bob [x](https://evil) <at>all</at>' },
    { id: 'b', name: 'Bob' },
    { id: 'c', name: 'Bob' },
  ]);
  const line = called.body.at(-1)?.['text'];
  expect(line).toBe('<at>Bob x https evil at all at</at> <at>Bob</at> <at>Bob 3</at>');
  expect(called.msteams.entities).toHaveLength(3);
});
