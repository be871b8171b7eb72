import { expect, it } from 'vitest';
import { toPlace } from '../../../bot/core/place.ts';
import { EXPORT, glassRule, REASON, TARGET } from '../../connectors/api/glass.ts';
import { MINUTE, stateOf, submit } from '../../connectors/api/world.ts';
import type { FakeSlack } from '../../helpers/fake-slack/fake-slack.ts';
import { readBlocks } from '../../helpers/fake-slack/read-blocks.ts';
import { plan } from '../../helpers/rulebook.ts';
import { slackDriver } from '../../helpers/slack-driver.ts';
import { SLACK_MODES, startWithSlack } from '../../helpers/start-slack.ts';

/** Whom the line of a thread in this channel that says so calls on. */
function calledBy(slack: FakeSlack, channel: string, says: string): Promise<readonly string[]> {
  return slack.until(`a thread in ${channel} that says ${says}`, () => {
    const { id } = slack.world.channel(channel) ?? {};
    const lines = slack.world.messages.filter((one) => one.channel === id && one.threadTs !== null);
    const read = lines.map(({ blocks }) => readBlocks(blocks)).find(({ text }) => text.includes(says));
    return read?.pings;
  });
}

it.each(SLACK_MODES)(
  'breaks the glass by a window, tells the incident channel, and calls on who must review (%s)',
  async (mode) => {
    const rule = glassRule({ notify: [toPlace('slack', '#incidents')] });
    const { slack, keyturn } = await startWithSlack(mode, { breakGlass: [rule] }, { speed: 20 });
    const face = slackDriver(slack);
    const request = await submit(keyturn, EXPORT);
    await face.click('bob', request.number, 'View full payload');
    const early = await face.type('bob', `break-glass ${request.number}`);
    expect(early.buttons).toEqual(['Break glass']);
    expect(await stateOf(keyturn, request)).toBe('pending');
    const filled = { comment: REASON, confirm_target: TARGET };
    const done = await face.type('bob', `break-glass ${request.number}`, filled);
    expect(done.text).toContain('You broke the glass');
    expect(await stateOf(keyturn, request)).toBe('approved');
    // carol and dora are security.
    expect(await calledBy(slack, '#incidents', 'BREAK-GLASS: bob')).toEqual(['U03', 'U04']);
    const card = await face.card('carol', request.number, 'Break-glass by bob');
    expect(card.text).toContain(REASON);
    const reviewed = await face.type('carol', `post-review ${request.number}`, { comment: 'it was down' });
    expect(reviewed.text).toContain('You reviewed the break-glass');
    await face.thread('dora', request.number, 'carol reviewed the break-glass: it was right: it was down');
  },
  40_000,
);

it('reminds in the thread, and calls on nobody who has voted', async () => {
  const notify = [toPlace('slack', '#approvals')];
  const slow = plan('slow', [['dba', 2]], { notify, remind: ['half'] });
  const { slack, keyturn, clock } = await startWithSlack(
    'http',
    { rules: [], default: { effect: 'require', plan: slow } },
    { speed: 20 },
  );
  const request = await submit(keyturn);
  await slackDriver(slack).click('bob', request.number, 'Approve');
  clock.advance(16 * MINUTE);
  // alice owns the agent, and bob has voted.
  expect(await calledBy(slack, '#approvals', 'Still waits for dba 1/2')).toEqual(['U04']);
}, 40_000);
