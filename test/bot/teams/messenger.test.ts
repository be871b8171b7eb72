import { onTestFinished } from 'vitest';
import { connector } from '../../../bot/teams/connector.ts';
import { teamsConversations } from '../../../bot/teams/conversations.ts';
import { endpointsOf } from '../../../bot/teams/endpoints.ts';
import { teamsMessenger } from '../../../bot/teams/messenger.ts';
import { createPace } from '../../../bot/teams/pace.ts';
import { createPerhapsSent } from '../../../bot/teams/perhaps-sent.ts';
import { CONNECTOR, tokenSource } from '../../../bot/teams/token.ts';
import { behavesLikeAMessenger, type Standing } from '../../conformance/messenger.ts';
import { startFakeTeams } from '../../helpers/fake-teams/fake-teams.ts';
import { cardOf, readCard } from '../../helpers/fake-teams/read-card.ts';
import { CHANNEL, type TeamsMessage } from '../../helpers/fake-teams/world.ts';
import { startKeyturn } from '../../helpers/start-keyturn.ts';
import { peopleIn, TEAMS_PLACE, teamsAccounts, teamsSettings } from '../../helpers/start-teams.ts';
import { TickingClock } from '../../helpers/ticking-clock.ts';

const QUIET = { info: () => {}, warn: () => {}, error: () => {} };

behavesLikeAMessenger('Teams', async () => {
  const clock = new TickingClock();
  const teams = await startFakeTeams(() => clock.wall());
  peopleIn(teams);
  onTestFinished(() => teams.stop());
  const keyturn = await startKeyturn({ notify: [TEAMS_PLACE], accounts: teamsAccounts(['dora']) }, { clock });
  const { context } = keyturn.keyturn;
  const settings = teamsSettings(teams);
  const endpoints = endpointsOf(settings);
  const now = () => clock.steady();
  const api = connector({
    endpoints,
    tokens: tokenSource(settings, endpoints, CONNECTOR, now),
    pace: createPace(now),
  });
  const messenger = teamsMessenger({
    perhaps: createPerhapsSent(now),
    connector: api,
    conversations: teamsConversations(api, endpoints, settings, () => context),
    context: () => context,
    mentions: () => [],
    accountOf: (person, { accounts }) =>
      [...accounts].find(([account, holder]) => holder === person && account.startsWith('teams:'))?.[0] ??
      null,
    logger: QUIET,
  });
  const toStanding = (message: TeamsMessage, under: string | null): Standing => {
    const { text, buttons } = readCard(cardOf(message.activity));
    return { id: `${message.conversation}/${message.id}`, under, text, buttons: buttons.length };
  };
  const standing = (place: string): readonly Standing[] => {
    if (!place.includes('@psn_')) {
      return teams.world.standing(CHANNEL).flatMap((card) => {
        const one = toStanding(card, null);
        return [one, ...teams.world.replies(card).map((reply) => toStanding(reply, one.id))];
      });
    }
    const person = [...context.rulebook.people.values()].find(({ id }) => place.endsWith(`@${id}`));
    return teams.world.standing(teams.person(person?.key ?? '').chat).map((one) => toStanding(one, null));
  };
  return {
    messenger,
    keyturn,
    place: TEAMS_PLACE,
    canFind: false,
    standing: async (place) => standing(place),
    async remove(_place, id) {
      const message = teams.world.messages.find((one) => `${one.conversation}/${one.id}` === id);
      if (message !== undefined) message.deleted = true;
    },
    next(mood) {
      teams.faults.clear();
      if (mood === 'refuses for 30 s') teams.rates.stormFor(30_000);
      if (mood === 'is down') teams.faults.plan('error-500', /conversations/, 1);
      if (mood === 'has no such place') teams.world.deletedPlaces.add(CHANNEL);
    },
  };
});
