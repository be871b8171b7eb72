import { expect, it } from 'vitest';
import { stateOf } from '../connectors/api/world.ts';
import { readBlocks } from '../helpers/fake-slack/read-blocks.ts';
import { expectUndecided, told, underAttack } from './slack-world.ts';

const TAIL = '; DROP TABLE customers; --the-tail';
const LONG = 'x'.repeat(9_000);
const many = (lines: number) =>
  Array.from({ length: lines }, (_none, line) => `-- line ${line + 1}`).join('\n');

it.each([
  ['a statement of nine kilobytes', `SELECT 1 ${LONG}${TAIL}`],
  ['five thousand spaces', `SELECT 1${' '.repeat(5_000)}${TAIL}`],
  ['a hundred lines of comment', `SELECT 1\n${many(100)}\n${TAIL}`],
])(
  'row 11: shows head and tail of %s, and takes no approval from the card alone',
  async (_what, statement) => {
    const attack = await underAttack({ payload: { kind: 'sql', statement } });
    const { text } = readBlocks(attack.card.blocks);
    expect(text).toContain('SELECT 1');
    expect(text).toContain('--the-tail');
    const isWhole = !/are not shown/.test(text);
    const answer = await attack.face.click('bob', 1, 'Approve');
    if (isWhole) expect(text).toMatch(/⟦5000 spaces⟧/);
    else {
      expect(answer.text).toContain('Open the full payload first');
      expect(answer.buttons).toEqual(['View full payload']);
      await expectUndecided(attack);
    }
  },
);

it('row 11: counts the full view only once every page of it was there', async () => {
  const attack = await underAttack({
    payload: { kind: 'sql', statement: `SELECT 1\n${many(120)}\n${TAIL}` },
  });
  const { slack, keyturn, request } = attack;
  const bob = slack.person('U02');
  await bob.click(attack.card, 'View full payload');
  const page = (nth: number) =>
    slack.until(`page ${nth}`, () => {
      const { text } = readBlocks(bob.modal().view['blocks']);
      return text.includes(`page ${nth} of 3`) ? bob.modal() : null;
    });
  await page(1);
  expect(readBlocks(bob.modal().view['blocks']).buttons).toEqual(['Next page']);
  await bob.click(attack.card, 'Approve');
  await told(slack, 'U02', 'Open the full payload first');
  await bob.clickInModal('Next page');
  await page(2);
  expect(readBlocks(bob.modal().view['blocks']).buttons).toEqual(['Back', 'Next page']);
  await bob.clickInModal('Next page');
  const last = await page(3);
  expect(readBlocks(last.view['blocks']).text).toContain('--the-tail');
  expect(readBlocks(last.view['blocks']).buttons).toEqual(['Back', 'Approve', 'Reject', 'Flag']);
  await bob.clickInModal('Approve');
  await slack.until('the answer', () =>
    readBlocks(bob.modal().view['blocks']).text.includes('You approved') ? true : null,
  );
  expect(await stateOf(keyturn, request)).toBe('approved');
});

it('row 11: hands out what is longer than 200 lines as a file, whole, to the one who asked', async () => {
  const statement = `SELECT 1\n${many(400)}\n${TAIL}`;
  const attack = await underAttack({ payload: { kind: 'sql', statement } });
  const { text, buttons } = await attack.face.click('bob', 1, 'View full payload');
  expect(text).toContain('402 lines');
  expect(buttons).toContain('Approve');
  const files = attack.slack.messages('D02').flatMap((message) => message.files);
  expect(files.map(({ bytes }) => bytes.toString())).toEqual([`${statement}\n`]);
  expect(attack.slack.messages('#approvals').flatMap((message) => message.files)).toEqual([]);
  await attack.face.click('bob', 1, 'Approve');
  expect(await stateOf(attack.keyturn, attack.request)).toBe('approved');
});

it('row 11: only those who may see the request can open it', async () => {
  const attack = await underAttack({ payload: { kind: 'sql', statement: `SELECT 1\n${many(120)}` } });
  const { text } = await attack.face.click('eve', 1, 'View full payload');
  expect(text).toContain('There is nothing of that name');
  expect(text).not.toContain('line 60');
});

it('row 11: a card that Slack has no room for cannot be approved from', async () => {
  // Every character costs six, and the reason alone fills a message.
  const attack = await underAttack({
    reason: '語'.repeat(2_000),
    payload: { kind: 'sql', statement: '語'.repeat(300) },
  });
  const { text, buttons } = readBlocks(attack.card.blocks);
  expect(text).toContain('Shortened to fit Slack');
  expect(buttons).not.toContain('Approve');
  const all = await attack.face.click('bob', 1, 'View full payload');
  expect(all.text).toContain('語'.repeat(2_000));
  expect(all.buttons).toContain('Approve');
});
