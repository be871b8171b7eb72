import { expect, it, onTestFinished } from 'vitest';
import { stateOf, submit } from '../connectors/api/world.ts';
import { startFakeTeams } from '../helpers/fake-teams/fake-teams.ts';
import { cardOf, readCard } from '../helpers/fake-teams/read-card.ts';
import { CHANNEL } from '../helpers/fake-teams/world.ts';
import { startKeyturn } from '../helpers/start-keyturn.ts';
import {
  peopleIn,
  startWithTeams,
  TEAMS_PLACE,
  teamsAccounts,
  teamsSettings,
} from '../helpers/start-teams.ts';
import { teamsDriver } from '../helpers/teams-driver.ts';
import { TickingClock } from '../helpers/ticking-clock.ts';

const FAULTS = ['error-500', 'html', 'refused', 'silent'] as const;

it('row 25: Teams is away at the start: the server serves, decisions go on, and the cards come when it is back', async () => {
  const clock = new TickingClock(20);
  const teams = await startFakeTeams(() => clock.wall());
  peopleIn(teams);
  onTestFinished(() => teams.stop());
  teams.faults.plan('refused');
  const changes = { notify: [TEAMS_PLACE], accounts: teamsAccounts() };
  const keyturn = await startKeyturn(changes, { clock, config: { teams: teamsSettings(teams) } });
  teams.useEndpoint(`${keyturn.url}/api/messages`);
  const request = await submit(keyturn);
  await keyturn.get('bob', `/v1/requests/${request.id}/payload`);
  const vote = { verdict: 'approve', action_digest: request.action_digest };
  await keyturn.post('bob', `/v1/requests/${request.id}/reviews`, vote);
  expect(await stateOf(keyturn, request)).toBe('approved');
  teams.faults.clear();
  const card = await teamsDriver(teams).card('carol', request.number, 'Approved by bob');
  expect(card.buttons).toEqual([]);
  expect(await teamsDriver(teams).copies(request.number)).toBe(1);
}, 40_000);

it.each(FAULTS)(
  'row 25: after "%s" for a while each card is there once, and true',
  async (fault) => {
    const { teams, keyturn } = await startWithTeams({}, { speed: 20 });
    const face = teamsDriver(teams);
    const first = await submit(keyturn);
    await face.card('bob', first.number);
    // What did not arrive for certain; "silent" is one that hangs until we give up.
    teams.faults.plan(fault, /POST|PUT/, fault === 'silent' ? 1 : 4);
    const second = await submit(keyturn, { action: 'db.vacuum' });
    await keyturn.post('agent', `/v1/requests/${first.id}/cancel`);
    const isTrue = () => {
      const texts = teams.world.standing(CHANNEL).map(({ activity }) => readCard(cardOf(activity)).text);
      return texts.some((text) => text.includes('Cancelled by agent')) && texts.length === 2;
    };
    await teams.until('both cards', () => isTrue() || null, 30_000);
    for (const { number } of [first, second]) expect(await face.copies(number)).toBe(1);
  },
  60_000,
);

it('row 25: a refusal to take more is obeyed, and what waits comes in the end', async () => {
  const { teams, keyturn } = await startWithTeams({}, { speed: 20 });
  teams.rates.stormFor(20_000);
  const request = await submit(keyturn);
  const before = teams.calls.length;
  await teamsDriver(teams).card('bob', request.number);
  // One refused try, the card, and the line under it: nobody hammers.
  expect(teams.calls.length - before).toBeLessThan(8);
}, 30_000);

it('row 25: our own pace stays below what Teams takes, so that it never has to refuse', async () => {
  const limits = { openPerRequester: 'unlimited', newPerMinute: 'unlimited' } as const;
  const { teams, keyturn } = await startWithTeams({ limits }, { speed: 20 });
  for (let index = 0; index < 30; index += 1)
    await submit(keyturn, { payload: { kind: 'sql', statement: `SELECT ${index}` } });
  await teams.until(
    'all of them',
    () => {
      const texts = teams.world.standing(CHANNEL).map(({ activity }) => readCard(cardOf(activity)).text);
      return texts.some((text) => /requests came at once/.test(text)) || texts.length >= 30 ? true : null;
    },
    20_000,
  );
  expect(teams.rates.refused).toBe(0);
}, 40_000);

it('row 25: a token that Teams does not take any more is replaced by a new one', async () => {
  const { teams, keyturn } = await startWithTeams({}, { speed: 20 });
  const first = await submit(keyturn);
  await teamsDriver(teams).card('bob', first.number);
  teams.tokens.clear();
  const second = await submit(keyturn, { action: 'db.vacuum' });
  await teamsDriver(teams).card('bob', second.number);
  expect(teams.tokens.size).toBe(1);
}, 30_000);

it('row 25: the app is not in the channel yet: the card waits, and comes when it was added', async () => {
  const { teams, keyturn } = await startWithTeams({}, { speed: 20 });
  teams.world.installed.delete(CHANNEL);
  const request = await submit(keyturn);
  await teams.until('a refusal', () => (teams.calls.length > 0 ? true : null));
  expect(teams.world.standing(CHANNEL)).toEqual([]);
  teams.world.installed.add(CHANNEL);
  await teamsDriver(teams).card('bob', request.number);
}, 30_000);
