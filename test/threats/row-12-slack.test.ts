import { expect, it } from 'vitest';
import { HOSTILE } from '../conformance/hostile.ts';
import { submit } from '../connectors/api/world.ts';
import type { FakeSlack } from '../helpers/fake-slack/fake-slack.ts';
import { readBlocks, readMrkdwn } from '../helpers/fake-slack/read-blocks.ts';
import { type Fields, isFields } from '../helpers/fake-slack/shapes.ts';
import { slackDriver } from '../helpers/slack-driver.ts';
import { startWithSlack } from '../helpers/start-slack.ts';

/** Every blocks and every text that the app ever sent, wherever to. */
function sent(slack: FakeSlack): readonly { readonly blocks: unknown; readonly text: string }[] {
  const calls = slack.calls.map(({ args }) => ({
    blocks: viewBlocks(args['view']) ?? parse(args['blocks']) ?? [],
    text: String(args['text'] ?? args['initial_comment'] ?? ''),
  }));
  return [...calls, ...slack.world.ephemerals];
}

function viewBlocks(view: unknown): unknown {
  const parsed = parse(view);
  return isFields(parsed) ? parsed['blocks'] : undefined;
}

function parse(value: unknown): unknown {
  return typeof value === 'string' && value !== '' ? JSON.parse(value) : value;
}

const shapeOf = (blocks: readonly Fields[]) =>
  blocks.map((block) => [
    block['type'],
    (block['elements'] as Fields[] | undefined)?.map((part) => part['type']),
  ]);

it('row 12: no hostile word changes a card, pings anybody or draws a link, on any surface of Slack', async () => {
  const limits = { openPerRequester: 'unlimited', newPerMinute: 'unlimited' } as const;
  const { slack, keyturn } = await startWithSlack('http', { limits }, { speed: 40 });
  const face = slackDriver(slack);
  const plain = await submit(keyturn, { links: ['https://ci.example/1'] });
  await face.card('bob', plain.number);
  const [expected] = slack.messages('#approvals').map(({ blocks }) => shapeOf(blocks));
  for (const [index, text] of HOSTILE.entries()) {
    const request = await submit(keyturn, {
      reason: text,
      links: [`https://evil.example/?q=${encodeURIComponent(text).slice(0, 400)}`],
      payload: { kind: 'sql', statement: `SELECT '${text}' -- ${index}` },
      on_behalf_of: 'eve',
    });
    await face.card('bob', request.number);
    const card = slack
      .messages('#approvals')
      .find(({ blocks }) => readBlocks(blocks).text.includes(`Request ${request.number} · rule`));
    expect(shapeOf(card?.blocks ?? [])).toEqual(expected);
    await face.click('bob', request.number, 'View full payload');
    await face.type('bob', `show ${request.number}`);
    if (index % 2 === 0) await face.clickWithReason('bob', request.number, 'Reject', text);
    else {
      await face.click('bob', request.number, 'Approve');
      await keyturn.post('alice', `/v1/requests/${request.id}/revoke`, { comment: text });
    }
    await face.direct('eve', `Request ${request.number}`);
  }
  await face.type('bob', 'list all');
  await slack.person('U02').openHome();
  await slack.until('the Home', () => slack.person('U02').home());

  // Who is asked is called by us, one by one, in the thread: bob and dora, who may. Nobody else, ever.
  const allowed = new Set(['U02', 'U04', 'U03']);
  for (const { blocks, text } of sent(slack)) {
    const { pings, links } = readBlocks(blocks);
    expect(pings.filter((ping) => !allowed.has(ping))).toEqual([]);
    expect(links).toEqual([]);
    const found = { pings: [] as string[], links: [] as string[] };
    readMrkdwn(text, found);
    expect(found).toEqual({ pings: [], links: [] });
  }
  const refused = slack.calls.filter(({ answer }) => typeof answer === 'object' && answer['ok'] === false);
  expect(refused.map(({ method, answer }) => [method, answer])).toEqual([]);
  for (const { unfurl } of slack.world.messages) expect(unfurl).toEqual({ links: false, media: false });
}, 90_000);
