import { createRequire } from 'node:module';
import type * as Library from 'adaptivecards';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toAdaptiveCard } from '../../../bot/cards/adaptive.ts';
import { toDigestCard, toListCard } from '../../../bot/cards/adaptive-list.ts';
import { aCard } from './a-card.ts';
import { HOSTILE_STRINGS } from './hostile-strings.ts';

// Microsoft's own parser and validator. Its UMD build needs no browser for that.
const { AdaptiveCard, SerializationContext } = createRequire(import.meta.url)(
  'adaptivecards/dist/adaptivecards.js',
) as typeof Library;

/** Every complaint of the library about this card. */
function complaints(card: object): readonly string[] {
  const context = new SerializationContext();
  const parsed = new AdaptiveCard();
  parsed.parse(card, context);
  const invalid = parsed.validateProperties().validationEvents;
  const events = Array.from({ length: context.eventCount }, (_, index) => context.getEventAt(index));
  return [...invalid, ...events].map(({ message }) => message);
}

interface Node {
  readonly type?: string;
  readonly inlines?: readonly Node[];
  readonly text?: string;
}

/** All there is of the card but the words: what is drawn as what, where, with which data. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shape);
  if (typeof value !== 'object' || value === null) return value;
  const node = value as Node;
  if (node.type === 'RichTextBlock') return { ...node, inlines: [...new Set(node.inlines?.map(look))] };
  return Object.fromEntries(Object.entries(node).map(([key, inner]) => [key, shape(inner)]));
}

function look({ text: _text, ...rest }: Node): string {
  return JSON.stringify(rest);
}

/** What a reader reads, block by block. */
function texts(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(texts);
  if (typeof value !== 'object' || value === null) return [];
  const node = value as Node;
  if (node.type === 'RichTextBlock') return [(node.inlines ?? []).map(({ text }) => text).join('')];
  return Object.values(node).flatMap(texts);
}

function types(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(types);
  if (typeof value !== 'object' || value === null) return [];
  const { type } = value as Node;
  return [...(type === undefined ? [] : [type]), ...Object.values(value).flatMap(types)];
}

describe('the request card', () => {
  it('is a card of version 1.5 that the library has no complaint about', () => {
    const card = toAdaptiveCard(aCard());
    expect(card.version).toBe('1.5');
    expect(complaints(card)).toEqual([]);
  });

  it('has its parts in the order in which people read them', () => {
    const ids = toAdaptiveCard(aCard()).body.map((part) => part['id']);
    expect(ids).toEqual([
      'title',
      'outcome',
      'facts',
      'why',
      'links',
      'payload',
      'hidden',
      'footer',
      'buttons',
    ]);
  });

  it('carries request and digest on each button, and no address anywhere', () => {
    const card = toAdaptiveCard(aCard());
    const buttons = card.body.find(({ id }) => id === 'buttons') as unknown as { actions: object[] };
    expect(buttons.actions).toEqual([
      expect.objectContaining({ type: 'Action.Execute', verb: 'approve', style: 'positive' }),
      expect.objectContaining({ type: 'Action.Execute', verb: 'reject', style: 'destructive' }),
      expect.objectContaining({ type: 'Action.Execute', verb: 'view', style: 'default' }),
    ]);
    for (const button of buttons.actions) {
      expect(button).toMatchObject({ data: { request: 'req_1', digest: aCard().digest } });
    }
    expect(JSON.stringify(card)).not.toMatch(/Action\.OpenUrl|"url"|selectAction/);
  });

  it('has no buttons, no outcome and no links where there are none', () => {
    const card = toAdaptiveCard(aCard('x', 'y', { buttons: [], outcome: null, links: null, hidden: null }));
    expect(card.body.map((part) => part['id'])).toEqual(['title', 'facts', 'why', 'payload', 'footer']);
    expect(complaints(card)).toEqual([]);
  });

  it('puts what is more than six buttons into the menu, where no client drops it', () => {
    const { buttons } = aCard();
    const card = toAdaptiveCard(aCard('x', 'y', { buttons: [...buttons, ...buttons, ...buttons] }));
    const set = card.body.find(({ id }) => id === 'buttons') as unknown as { actions: { mode?: string }[] };
    expect(set.actions.map(({ mode }) => mode ?? 'primary')).toEqual([
      ...Array.from({ length: 6 }, () => 'primary'),
      ...Array.from({ length: 3 }, () => 'secondary'),
    ]);
  });

  it('sets what somebody else wrote in another type than ours', () => {
    const { body } = toAdaptiveCard(aCard('theirs'));
    const [title] = body as unknown as { items: { inlines: object[] }[] }[];
    expect(title?.items[0]?.inlines).toEqual([
      expect.not.objectContaining({ fontType: 'Monospace' }),
      expect.objectContaining({ fontType: 'Monospace', text: 'theirs' }),
    ]);
  });
});

describe('whatever stands in it', () => {
  it.each(HOSTILE_STRINGS)('keeps its shape and says %j letter for letter', (text) => {
    for (const card of [aCard(text), aCard('x', text)]) {
      const drawn = toAdaptiveCard(card);
      expect(complaints(drawn)).toEqual([]);
      expect(shape(drawn)).toEqual(shape(toAdaptiveCard(aCard())));
      expect(texts(drawn).some((line) => line.includes(text))).toBe(true);
    }
  });

  it('uses nothing that reads Markdown, dates or HTML, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (theirs, ours) => {
        const drawn = toAdaptiveCard(aCard(theirs, ours));
        expect(types(drawn)).not.toContain('TextBlock');
        expect(types(drawn)).not.toContain('FactSet');
        // A renderer puts a date in the place of {{DATE(…)}}, run by run.
        for (const run of JSON.stringify(drawn).match(/"text":"(?:[^"\\]|\\.)*"/g) ?? []) {
          expect(run).not.toContain('{{');
        }
        expect(texts(drawn)).toContain(theirs);
      }),
      { seed: 1 },
    );
  });
});

describe('lists and digests', () => {
  const { buttons } = aCard();
  const item = {
    request: 'req_1',
    number: 3,
    state: 'pending' as const,
    risk: 'low' as const,
    title: ['3 · ', { untrusted: '{{DATE(2020-01-01T00:00:00Z)}} **x**' }],
    about: ['deploy-agent'],
    buttons: buttons.slice(0, 1),
  };
  const list = {
    title: 'Waits for you',
    items: [item, { ...item, number: 4 }],
    more: '12 more',
    empty: 'Nothing.',
  };

  it('are cards that the library has no complaint about', () => {
    expect(complaints(toListCard(list))).toEqual([]);
    expect(complaints(toDigestCard({ ...list, digest: 'dig_1', counts: '40 pending', buttons }))).toEqual([]);
  });

  it('say that there is nothing where there is nothing', () => {
    expect(texts(toListCard({ ...list, items: [], more: null }))).toEqual(['Waits for you', 'Nothing.']);
  });

  it('show each request with its number and what somebody else wrote as it is', () => {
    expect(texts(toListCard(list))).toContain('3 · {{DATE(2020-01-01T00:00:00Z)}} **x**');
    expect(types(toListCard(list))).not.toContain('TextBlock');
  });
});
