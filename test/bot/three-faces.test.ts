import { expect, it, onTestFinished } from 'vitest';
import { toPlace } from '../../bot/core/place.ts';
import { stateOf, submit } from '../connectors/api/world.ts';
import { aFakeSlack } from '../helpers/fake-slack/client.ts';
import { startFakeTeams } from '../helpers/fake-teams/fake-teams.ts';
import { slackDriver } from '../helpers/slack-driver.ts';
import { startKeyturn } from '../helpers/start-keyturn.ts';
import { peopleIn, TEAMS_PLACE, teamsAccounts, teamsSettings } from '../helpers/start-teams.ts';
import { teamsDriver } from '../helpers/teams-driver.ts';
import { TickingClock } from '../helpers/ticking-clock.ts';
import { until } from '../helpers/until.ts';

it('one request on three faces: two keys from two of them, and all three show who decided', async () => {
  const clock = new TickingClock(10);
  const slack = await aFakeSlack(() => clock.wall());
  const teams = await startFakeTeams(() => clock.wall());
  peopleIn(teams);
  onTestFinished(() => teams.stop());
  const { botToken } = slack.credentials;
  const settings = { botToken, mode: { signingSecret: slack.signingSecret }, apiUrl: slack.apiUrl };
  const notify = [toPlace('room'), toPlace('slack', '#approvals'), TEAMS_PLACE];
  const keyturn = await startKeyturn(
    { notify, accounts: teamsAccounts() },
    { clock, config: { slack: settings, teams: teamsSettings(teams) } },
  );
  slack.useHttp(`${keyturn.url}/slack/events`);
  teams.useEndpoint(`${keyturn.url}/api/messages`);
  const [inSlack, inTeams] = [slackDriver(slack), teamsDriver(teams)];

  const request = await submit(keyturn, { action: 'db.export' });
  await inSlack.card('bob', request.number);
  expect((await inTeams.click('bob', request.number, 'Approve')).text).toContain(
    'Still missing: security 0/1',
  );
  await inSlack.card('carol', request.number, 'dba 1/1 (bob)');
  await inSlack.click('carol', request.number, 'Approve');
  expect(await stateOf(keyturn, request)).toBe('approved');
  for (const face of [inSlack, inTeams])
    expect((await face.card('alice', request.number, 'Approved by carol')).buttons).toEqual([]);
  const { committed } = keyturn.keyturn.context.store;
  await until(() => {
    const [card] = committed.cards(toPlace('room'), request.id);
    return card !== undefined && card.seq === committed.auditSeq(request.id) ? true : null;
  });
}, 60_000);
