import { toPlace } from '../../../bot/core/place.ts';
import { slackMessenger } from '../../../bot/slack/messenger.ts';
import { createPace } from '../../../bot/slack/pace.ts';
import { slackApi } from '../../../bot/slack/web-api.ts';
import { behavesLikeAMessenger, type Standing } from '../../conformance/messenger.ts';
import { aFakeSlack } from '../../helpers/fake-slack/client.ts';
import { readBlocks } from '../../helpers/fake-slack/read-blocks.ts';
import { startKeyturn } from '../../helpers/start-keyturn.ts';
import { TickingClock } from '../../helpers/ticking-clock.ts';

const QUIET = { info: () => {}, warn: () => {}, error: () => {} };
const PLACE = toPlace('slack', '#approvals');

behavesLikeAMessenger('Slack', async () => {
  const clock = new TickingClock();
  const slack = await aFakeSlack(() => clock.wall());
  const keyturn = await startKeyturn({ notify: [PLACE], withoutSlack: ['dora'] }, { clock });
  const { context } = keyturn.keyturn;
  const token = slack.credentials.botToken;
  const messenger = slackMessenger({
    api: slackApi({ token, apiUrl: slack.apiUrl, pace: createPace(() => clock.steady()) }),
    context: () => context,
    mentions: () => [],
    userOf: (person) => context.rulebook.people.get(person)?.slackAccount?.split('/')[1] ?? null,
    logger: QUIET,
  });
  const channelOf = (place: string): string => {
    const name = place.slice('slack:'.length);
    const person = [...context.rulebook.people.values()].find(({ id }) => name === `@${id}`);
    const user = person?.slackAccount?.split('/')[1];
    return user === undefined ? (slack.world.channel(name)?.id ?? name) : slack.world.direct(user).id;
  };
  const standing = (place: string): readonly Standing[] =>
    slack.world.messages
      .filter(({ channel, deleted }) => channel === channelOf(place) && !deleted)
      .map(({ channel, ts, threadTs, blocks }) => {
        const { text, buttons } = readBlocks(blocks);
        return {
          id: `${channel}/${ts}`,
          under: threadTs === null ? null : `${channel}/${threadTs}`,
          text,
          buttons: buttons.length,
        };
      });
  return {
    messenger,
    keyturn,
    place: PLACE,
    canFind: false,
    standing: async (place) => standing(place),
    async remove(_place, id) {
      const [channel = '', ts = ''] = id.split('/');
      const message = slack.world.message(channel, ts);
      if (message !== undefined) message.deleted = true;
    },
    next(mood) {
      slack.faults.clear();
      if (mood === 'refuses for 30 s') slack.rates.stormFor(30_000);
      if (mood === 'is down') slack.faults.plan('error-500', /./, 1);
      const channel = slack.world.channel('#approvals');
      if (mood === 'has no such place' && channel !== undefined) channel.isArchived = true;
    },
  };
});
