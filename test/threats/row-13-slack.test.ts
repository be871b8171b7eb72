import { expect, it } from 'vitest';
import { readBlocks } from '../helpers/fake-slack/read-blocks.ts';
import { told, underAttack } from './slack-world.ts';

/** Controls and formats, except for the line break. */
const UNSEEN = /(?!\n)[\p{Cc}\p{Cf}\u2028\u2029]/u;

it('row 13: what cannot be seen is marked, on the card, in the full view, in the thread and in a mention', async () => {
  const text = 'pay \u202Etxt.exe\u202C p\u0430ypal.com zero\u200Bwidth bell\u0007 \u2066end';
  const { slack, face } = await underAttack({ reason: text, payload: { kind: 'sql', statement: text } });
  const card = await face.card('bob', 1);
  for (const mark of ['⟦U+202E⟧', '⟦U+0430⟧', '⟦U+200B⟧', '⟦U+0007⟧', '⟦U+2066⟧'])
    expect(card.text).toContain(mark);
  const all = await face.click('bob', 1, 'View full payload');
  await slack.person('U02').mention(`reject 1 ${text}`);
  await told(slack, 'U02', 'You rejected');
  const thread = await face.thread('bob', 1, 'rejected it');
  const after = await face.card('bob', 1, 'Rejected by bob');
  for (const one of [card.text, all.text, thread.join('\n'), after.text]) expect(one).not.toMatch(UNSEEN);
  for (const { text: fallback, blocks } of slack.world.messages.filter(({ by }) => by === 'U0BOT')) {
    expect(fallback).not.toMatch(UNSEEN);
    expect(readBlocks(blocks).text).not.toMatch(UNSEEN);
  }
});
