import { expect, it } from 'vitest';
import { toPlace } from '../../../bot/core/place.ts';
import { submit } from '../../connectors/api/world.ts';
import { readBlocks } from '../../helpers/fake-slack/read-blocks.ts';
import { startWithSlack } from '../../helpers/start-slack.ts';

it('calls everybody who may decide once, and nobody who may not', async () => {
  const { slack, keyturn } = await startWithSlack(
    'http',
    { notify: [toPlace('slack', '#approvals')] },
    { speed: 20 },
  );
  await submit(keyturn, { action: 'db.export' });
  const card = await slack.until('the card', () => slack.messages('#approvals')[0]);
  const [line] = await slack.until('the thread', () => {
    const lines = slack.messages('#approvals', card.ts);
    return lines.length > 0 ? lines : null;
  });
  // alice is a dba and owns the agent; dora is in both groups.
  expect(readBlocks(line?.blocks).pings).toEqual(['U02', 'U04', 'U03']);
  expect(readBlocks(card.blocks).pings).toEqual([]);
});
