import { describe, expect, it } from 'vitest';
import { aFakeSlack, button, literal, mrkdwn, plain, say, section } from './client.ts';
import type { Fields } from './shapes.ts';

const long = (length: number) => 'x'.repeat(length);
const actions = (...elements: Fields[]): Fields => ({ type: 'actions', elements });
const confirm = (more: Fields = {}): Fields => ({
  title: plain('Sure?'),
  text: plain('It runs.'),
  confirm: plain('Yes'),
  deny: plain('No'),
  ...more,
});
const many = (count: number, one: Fields) => Array.from({ length: count }, () => one);

/** The widest that passes, the first that does not, and Slack's words for it. */
const LIMITS: readonly (readonly [
  what: string,
  good: readonly Fields[],
  bad: readonly Fields[],
  words: string,
])[] = [
  [
    'blocks of a message',
    many(50, section('a')),
    many(51, section('a')),
    'no more than 50 items allowed [json-pointer:/blocks]',
  ],
  [
    'a header',
    [{ type: 'header', text: plain(long(150)) }],
    [{ type: 'header', text: plain(long(151)) }],
    'must be less than 151 characters [json-pointer:/blocks/0/text/text]',
  ],
  [
    'a section',
    [section(long(3000))],
    [section(long(3001))],
    'must be less than 3001 characters [json-pointer:/blocks/0/text/text]',
  ],
  [
    'fields',
    [{ type: 'section', fields: many(10, mrkdwn('a')) }],
    [{ type: 'section', fields: many(11, mrkdwn('a')) }],
    'no more than 10 items allowed [json-pointer:/blocks/0/fields]',
  ],
  [
    'a field',
    [{ type: 'section', fields: [mrkdwn(long(2000))] }],
    [{ type: 'section', fields: [mrkdwn(long(2001))] }],
    'must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]',
  ],
  [
    'context elements',
    [{ type: 'context', elements: many(10, mrkdwn('a')) }],
    [{ type: 'context', elements: many(11, mrkdwn('a')) }],
    'no more than 10 items allowed [json-pointer:/blocks/0/elements]',
  ],
  [
    'a button text',
    [actions(button({ text: plain(long(75)) }))],
    [actions(button({ text: plain(long(76)) }))],
    'must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]',
  ],
  [
    'a button value',
    [actions(button({ value: long(2000) }))],
    [actions(button({ value: long(2001) }))],
    'must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]',
  ],
  [
    'a confirm title',
    [actions(button({ confirm: confirm({ title: plain(long(100)) }) }))],
    [actions(button({ confirm: confirm({ title: plain(long(101)) }) }))],
    'must be less than 101 characters [json-pointer:/blocks/0/elements/0/confirm/title/text]',
  ],
  [
    'a confirm text',
    [actions(button({ confirm: confirm({ text: plain(long(300)) }) }))],
    [actions(button({ confirm: confirm({ text: plain(long(301)) }) }))],
    'must be less than 301 characters [json-pointer:/blocks/0/elements/0/confirm/text/text]',
  ],
  [
    'a confirm button',
    [actions(button({ confirm: confirm({ deny: plain(long(30)) }) }))],
    [actions(button({ confirm: confirm({ deny: plain(long(31)) }) }))],
    'must be less than 31 characters [json-pointer:/blocks/0/elements/0/confirm/deny/text]',
  ],
  [
    'an action id',
    [actions(button({ action_id: long(255) }))],
    [actions(button({ action_id: long(256) }))],
    'must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]',
  ],
];

const WRONG: readonly (readonly [what: string, blocks: readonly Fields[], words: string])[] = [
  ['an empty text', [section('')], 'must be more than 0 characters [json-pointer:/blocks/0/text/text]'],
  [
    'an empty literal',
    [literal('')],
    'must be more than 0 characters [json-pointer:/blocks/0/elements/0/elements/0/text]',
  ],
  ['an unknown block', [{ type: 'marquee' }], 'unsupported type: marquee [json-pointer:/blocks/0/type]'],
  [
    'an unknown field',
    [{ type: 'divider', colour: 'red' }],
    'invalid additional property: colour [json-pointer:/blocks/0]',
  ],
  ['a section of nothing', [{ type: 'section' }], 'missing required field: text [json-pointer:/blocks/0]'],
  [
    'markup in a header',
    [{ type: 'header', text: mrkdwn('*a*') }],
    'unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]',
  ],
  [
    'a mention in a literal',
    [
      {
        type: 'rich_text',
        elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'user', user_id: 'U01' }] }],
      },
    ],
    'unsupported type: user [json-pointer:/blocks/0/elements/0/elements/0/type]',
  ],
  [
    'two blocks with one id',
    [
      { type: 'divider', block_id: 'a' },
      { type: 'divider', block_id: 'a' },
    ],
    'block_id "a" already exists [json-pointer:/blocks/1]',
  ],
  [
    'two buttons with one id',
    [actions(button(), button())],
    'action_id "a" already exists [json-pointer:/blocks/0/elements/1]',
  ],
];

describe('the fake takes what Slack takes, and no more', async () => {
  it.each(LIMITS)('%s', async (_what, good, bad, words) => {
    const slack = await aFakeSlack();
    const post = (blocks: readonly Fields[]) =>
      say(slack, 'chat.postMessage', { channel: 'C01', text: 'a', blocks });
    expect(await post(good)).toMatchObject({ ok: true });
    expect(await post(bad)).toMatchObject({
      ok: false,
      error: 'invalid_blocks',
      response_metadata: { messages: [`[ERROR] ${words}`] },
    });
    expect(slack.messages('C01')).toHaveLength(1);
  });

  it.each(WRONG)('refuses %s', async (_what, blocks, words) => {
    const slack = await aFakeSlack();
    const answer = await say(slack, 'chat.postMessage', { channel: 'C01', text: 'a', blocks });
    expect(answer).toMatchObject({ error: 'invalid_blocks', errors: [words] });
  });

  it('counts all blocks of a message together', async () => {
    const slack = await aFakeSlack();
    const post = (blocks: readonly Fields[]) =>
      say(slack, 'chat.postMessage', { channel: 'C01', text: 'a', blocks });
    const of = (length: number) => many(5, literal(long(length)));
    expect(await post(of(2500))).toMatchObject({ ok: true });
    expect(await post(of(2600))).toMatchObject({ error: 'msg_blocks_too_long' });
    // What Slack escapes counts as it is escaped.
    expect(await post([literal('⟦'.repeat(2_300))])).toMatchObject({ error: 'msg_blocks_too_long' });
  });

  it('refuses a text that is too long, and a message of nothing', async () => {
    const slack = await aFakeSlack();
    const post = (more: Fields) => say(slack, 'chat.postMessage', { channel: 'C01', ...more });
    expect(await post({ text: long(4000) })).toMatchObject({ ok: true });
    expect(await post({ text: long(4001) })).toMatchObject({ error: 'msg_too_long' });
    expect(await post({})).toMatchObject({ error: 'no_text' });
    expect(await post({ text: 'a', blocks: '[' })).toMatchObject({ error: 'invalid_blocks_format' });
  });
});
