import fc from 'fast-check';
import type { Page } from '../../bot/commands/answer.ts';
import { RISKS, STATES } from '../../bot/core/request.ts';
import { visible } from '../../bot/core/visible.ts';
import type { Button, Field, Form, Verb } from '../../bot/views/button.ts';
import type { DigestCard } from '../../bot/views/digest-card.ts';
import type { RequestCard } from '../../bot/views/request-card.ts';
import type { ListItem, RequestList } from '../../bot/views/request-list.ts';
import type { Fact, Untrusted, Words } from '../../bot/views/words.ts';

/** Views as hostile and as large as anybody could make them. Texts are visible, as every view's are. */

const NASTY = [
  '<!channel>',
  '<@U02>',
  '<https://evil.test|Approve>',
  '```',
  '*_~`',
  '&lt;',
  '&amp;',
  '](http://x)',
  ':smile:',
  '\u202e',
  '\u200b',
  '⟦…⟧',
  '👩‍👩‍👧',
  '語',
  '\u0301',
  '"',
  '\\',
  '\n',
  ' '.repeat(40),
  'x'.repeat(170),
] as const;

function text(most: number): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.constantFrom(...NASTY),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.string({ maxLength: 20 }),
  );
  return fc.tuple(fc.array(piece, { maxLength: 12 }), fc.nat({ max: 400 })).map(([pieces, times]) =>
    visible(
      pieces
        .join('')
        .repeat(times + 1)
        .slice(0, most),
    ),
  );
}

const untrusted = (most: number): fc.Arbitrary<Untrusted> => text(most).map((one) => ({ untrusted: one }));
const words = (most: number): fc.Arbitrary<Words> =>
  fc.array(fc.oneof(untrusted(most), text(200)), { maxLength: 5 });
const fact = (most: number): fc.Arbitrary<Fact> =>
  fc.record({ label: fc.string({ minLength: 1, maxLength: 40 }), value: words(most) });
const id = fc.constant('req_01ka0000000000000000000000000000');
const digest = fc.constant(`sha256:${'a'.repeat(64)}`);
const VERBS: readonly Verb[] = ['approve', 'reject', 'flag', 'view', 'show', 'next', 'clear', 'revoke'];

const button: fc.Arbitrary<Button> = fc.constantFrom(...VERBS).chain((verb) =>
  fc.record({
    verb: fc.constant(verb),
    label: fc.constant(`Do ${verb}`),
    style: fc.constantFrom('primary', 'danger', 'plain'),
    request: id,
    digest,
    confirm: fc.option(
      fc.record({
        title: fc.constant('Approve?'),
        text: words(600).map((one) => ['Sure? ', ...one]),
        yes: fc.constant('Approve'),
        no: fc.constant('Go back'),
      }),
    ),
    form: fc.constant(null),
  }),
);
const buttons = fc.uniqueArray(button, { maxLength: 5, selector: ({ verb }) => verb });

export const aCard: fc.Arbitrary<RequestCard> = fc.record({
  request: id,
  number: fc.nat(),
  digest,
  state: fc.constantFrom(...STATES),
  risk: fc.constantFrom(...RISKS),
  title: words(600).map((one) => ['Approval needed: ', ...one]),
  facts: fc.array(fact(2_000), { minLength: 1, maxLength: 40 }),
  why: fact(2_000),
  links: fc.option(
    fc.record({
      label: fc.constant("Requester's links"),
      urls: fc.array(untrusted(2_000), { minLength: 1, maxLength: 12 }),
    }),
  ),
  preview: untrusted(4_096),
  hidden: fc.option(fc.constant('48 of 60 lines are not shown. Open the full payload before you decide.')),
  outcome: fc.option(fc.array(words(2_000), { maxLength: 12 })),
  footer: words(300).map((one) => ['Request 1 · ', ...one]),
  buttons,
});

const item: fc.Arbitrary<ListItem> = fc.record({
  request: id,
  number: fc.nat(),
  state: fc.constantFrom(...STATES),
  risk: fc.constantFrom(...RISKS),
  title: words(600).map((one) => ['1 · ', ...one]),
  about: words(600).map((one) => ['agent', ...one]),
  buttons: buttons.map((list) => list.slice(0, 1)),
});

const listed = {
  title: fc.string({ minLength: 1, maxLength: 60 }),
  items: fc.array(item, { maxLength: 40 }),
  more: fc.option(fc.constant('12 more are not shown.')),
};
export const aList: fc.Arbitrary<RequestList> = fc.record({
  ...listed,
  empty: fc.constant('Nothing waits for you.'),
});
export const aDigest: fc.Arbitrary<DigestCard> = fc.record({
  ...listed,
  digest: fc.constant('dig_1'),
  counts: fc.constant('34 pending, 2 approved'),
  buttons: buttons.map((list) => list.slice(0, 1)),
});

export const aPage: fc.Arbitrary<Page> = fc.record({
  kind: fc.constant('page' as const),
  number: fc.nat(),
  request: id,
  digest,
  title: words(600).map((one) => ['Approval needed: ', ...one]),
  facts: fc.array(fact(2_000), { maxLength: 30 }),
  why: fact(2_000),
  links: fc.option(
    fc.record({
      label: fc.constant("Requester's links"),
      urls: fc.array(untrusted(2_000), { minLength: 1, maxLength: 10 }),
    }),
  ),
  // A view's lines are at most 160 characters.
  text: fc
    .array(
      text(160).map((line) => line.replaceAll('\n', ' ').slice(0, 160)),
      { maxLength: 50 },
    )
    .map((lines) => ({ untrusted: lines.join('\n') })),
  page: fc.constantFrom(0, 1),
  pages: fc.constantFrom(2, 4),
  seenAll: fc.boolean(),
  hidden: fc.option(words(500)),
  buttons,
});

const field: fc.Arbitrary<Field> = fc.record({
  name: fc.constantFrom('comment', 'confirm_target', 'status', 'freeze'),
  label: text(100).map((one) => `Why ${one}`),
  hint: text(100),
  required: fc.boolean(),
  multiline: fc.boolean(),
  least: fc.nat({ max: 100 }),
  most: fc.integer({ min: 100, max: 5_000 }),
  choices: fc.option(
    fc.array(fc.record({ value: fc.uuid(), label: text(100).map((one) => `It ${one}`) }), {
      minLength: 1,
      maxLength: 3,
    }),
  ),
});
export const aForm: fc.Arbitrary<Form> = fc.record({
  verb: fc.constantFrom(...VERBS),
  title: fc.string({ minLength: 1, maxLength: 40 }),
  intro: fc.array(words(2_000), { minLength: 1, maxLength: 4 }),
  fields: fc.uniqueArray(field, { maxLength: 4, selector: ({ name }) => name }),
  submit: fc.string({ minLength: 1, maxLength: 30 }),
  style: fc.constantFrom('primary', 'danger', 'plain'),
  request: id,
  digest,
});
