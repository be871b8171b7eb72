import { expect, it } from 'vitest';
import { HOSTILE } from '../conformance/hostile.ts';
import { stateOf } from '../connectors/api/world.ts';
import { nodes } from '../helpers/fake-teams/check-activity.ts';
import { cardOf, readCard } from '../helpers/fake-teams/read-card.ts';
import { expectUndecided, underAttack } from './teams-world.ts';

const TAIL = '; DROP TABLE customers; --the-tail';
const many = (lines: number) =>
  Array.from({ length: lines }, (_none, line) => `-- line ${line + 1}`).join('\n');

it.each([
  ['a statement of nine kilobytes', `SELECT 1 ${'x'.repeat(9_000)}${TAIL}`],
  ['five thousand spaces', `SELECT 1${' '.repeat(5_000)}${TAIL}`],
  ['a hundred lines of comment', `SELECT 1\n${many(100)}\n${TAIL}`],
  ['four thousand braces', `SELECT 1 ${'{'.repeat(4_000)}${TAIL}`],
])(
  'row 11: shows head and tail of %s, and takes no approval from the card alone',
  async (_what, statement) => {
    const attack = await underAttack({ payload: { kind: 'sql', statement } });
    const { text, buttons } = readCard(cardOf(attack.card.activity));
    expect(text).toContain('SELECT 1');
    expect(text).toContain('--the-tail');
    if (!/not shown|Shortened/.test(text)) return expect(text).toMatch(/⟦5000 spaces⟧/);
    if (!buttons.includes('Approve')) return expect(text).toContain('Shortened to fit Teams');
    const answer = await attack.face.click('bob', 1, 'Approve');
    expect(answer.text).toContain('Open the full payload first');
    expect(answer.buttons).toContain('View full payload');
    await expectUndecided(attack);
  },
);

it('row 11: counts the full view only once every page of it was there', async () => {
  const statement = `SELECT 1\n${many(120)}\n${TAIL}`;
  const { teams, keyturn, request, card, face } = await underAttack({ payload: { kind: 'sql', statement } });
  const bob = teams.person('bob');
  let shown = await bob.click(card, 'View full payload');
  expect(readCard(shown).text).toContain('page 1 of 3');
  expect(readCard(shown).buttons).toEqual(['Next page', 'Close']);
  expect((await face.click('bob', 1, 'Approve')).text).toContain('Open the full payload first');
  shown = await bob.click(card, 'Next page', {}, shown);
  expect(readCard(shown).buttons).toEqual(['Back', 'Next page', 'Close']);
  shown = await bob.click(card, 'Next page', {}, shown);
  expect(readCard(shown).text).toContain('--the-tail');
  expect(readCard(shown).buttons).toEqual(['Back', 'Close', 'Approve', 'Reject', 'Flag']);
  const back = await bob.click(card, 'Close', {}, shown);
  expect(readCard(back).buttons).toContain('View full payload');
  const done = await bob.click(card, 'Approve', {}, shown);
  expect(readCard(done).text).toMatch(/^You approved/);
  expect(await stateOf(keyturn, request)).toBe('approved');
});

it('row 11: what is shown to one person is shown to nobody else', async () => {
  const attack = await underAttack({
    payload: { kind: 'sql', statement: `SELECT 1\n${many(120)}\n${TAIL}` },
  });
  await attack.face.click('bob', 1, 'View full payload');
  expect(JSON.stringify(attack.teams.world.messages)).not.toContain('-- line 60');
  const { text } = await attack.face.click('eve', 1, 'View full payload');
  expect(text).toContain('There is nothing of that name');
  expect(text).not.toContain('line 60');
});

it('row 11: a card that Teams has no room for cannot be approved from', async () => {
  const attack = await underAttack({
    reason: '語'.repeat(2_000),
    payload: { kind: 'sql', statement: '語'.repeat(1_300) },
  });
  const { text, buttons } = readCard(cardOf(attack.card.activity));
  expect(text).toContain('Shortened to fit Teams');
  expect(buttons).not.toContain('Approve');
  const all = await attack.face.click('bob', 1, 'View full payload');
  expect(all.text).toContain('語'.repeat(1_000));
  expect(all.buttons).toContain('Approve');
});

it.each(HOSTILE)('row 12: %j is text wherever it stands, and nothing but text', async (hostile) => {
  const { teams, face } = await underAttack({
    reason: hostile,
    payload: { kind: 'sql', statement: hostile },
    links: ['https://evil.example/[x](y)'],
  });
  await face.click('bob', 1, 'View full payload');
  await face.type('bob', `reject 1 ${hostile.slice(0, 500)}`);
  await face.card('bob', 1, 'Rejected by bob');
  await face.thread('bob', 1, 'rejected it');
  for (const { activity } of teams.world.messages) {
    expect(activity.text ?? '').toBe('');
    expect(activity.summary).toMatch(/^(Request \d+(: [a-z]+)?|Keyturn answers)$/);
    for (const node of nodes(cardOf(activity))) {
      if (node.type === 'TextBlock') expect(node.text).toMatch(/^(<at>[a-z]+<\/at> ?)+$/);
      expect(node.type).not.toMatch(/FactSet|Action\.OpenUrl|Image|Media/);
      expect(node).not.toHaveProperty('selectAction');
    }
  }
});

/** Controls and formats, except for the line break. */
const UNSEEN = /(?!\n)[\p{Cc}\p{Cf}\u2028\u2029]/u;

it('row 13: what cannot be seen is marked, on the card, in the full view, in the thread and in an answer', async () => {
  const text = 'pay \u202Etxt.exe\u202C p\u0430ypal.com zero\u200Bwidth bell\u0007 \u2066end';
  const { teams, face } = await underAttack({ reason: text, payload: { kind: 'sql', statement: text } });
  const card = await face.card('bob', 1);
  for (const mark of ['⟦U+202E⟧', '⟦U+0430⟧', '⟦U+200B⟧', '⟦U+0007⟧', '⟦U+2066⟧'])
    expect(card.text).toContain(mark);
  const all = await face.click('bob', 1, 'View full payload');
  const answer = await face.type('bob', `reject 1 ${text}`);
  const thread = await face.thread('bob', 1, 'rejected it');
  const after = await face.card('bob', 1, 'Rejected by bob');
  for (const one of [card.text, all.text, answer.text, thread.join('\n'), after.text])
    expect(one).not.toMatch(UNSEEN);
  expect(JSON.stringify(teams.world.messages)).not.toMatch(UNSEEN);
});
