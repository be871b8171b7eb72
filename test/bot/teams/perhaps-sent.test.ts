import { expect, it, onTestFinished } from 'vitest';
import { connector, NotTaken } from '../../../bot/teams/connector.ts';
import { teamsConversations } from '../../../bot/teams/conversations.ts';
import { endpointsOf } from '../../../bot/teams/endpoints.ts';
import { teamsMessenger } from '../../../bot/teams/messenger.ts';
import { createPace } from '../../../bot/teams/pace.ts';
import { createPerhapsSent } from '../../../bot/teams/perhaps-sent.ts';
import { CONNECTOR, tokenSource } from '../../../bot/teams/token.ts';
import { submit } from '../../connectors/api/world.ts';
import { countingServer, type Trouble } from '../../helpers/counting-server.ts';
import { startFakeTeams } from '../../helpers/fake-teams/fake-teams.ts';
import { CHANNEL } from '../../helpers/fake-teams/world.ts';
import { startKeyturn } from '../../helpers/start-keyturn.ts';
import { peopleIn, TEAMS_PLACE, teamsAccounts, teamsSettings } from '../../helpers/start-teams.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const QUIET = { info: () => {}, warn: () => {}, error: () => {} };
const POSTS = /POST .*conversations/;

/** A messenger whose clock is the test's, and one card that is tried again and again. */
async function world() {
  let at = Date.now();
  const now = () => at;
  const teams = await startFakeTeams(now);
  peopleIn(teams);
  onTestFinished(() => teams.stop());
  const keyturn = await startKeyturn({ notify: [], accounts: teamsAccounts() });
  const { context } = keyturn.keyturn;
  const settings = teamsSettings(teams);
  const endpoints = endpointsOf(settings);
  const tokens = tokenSource(settings, endpoints, CONNECTOR, now);
  const api = connector({ endpoints, tokens, pace: createPace(now) });
  const messenger = teamsMessenger({
    connector: api,
    conversations: teamsConversations(api, endpoints, settings, () => context),
    perhaps: createPerhapsSent(now),
    context: () => context,
    mentions: () => [],
    accountOf: () => null,
    logger: QUIET,
  });
  const { id } = await submit(keyturn);
  const notice = { kind: 'card', request: id as never, seq: 1, place: TEAMS_PLACE } as const;
  const once = () =>
    messenger
      .post(notice, { key: 'k', under: null, signal: new AbortController().signal })
      .catch(() => 'no answer' as const);
  return {
    teams,
    once,
    copies: () => teams.world.standing(CHANNEL).length,
    pass: (ms: number) => {
      at += ms;
    },
  };
}

it('a card that Teams takes again and again without saying so is sent seven times in an hour and a quarter, and then given up', async () => {
  const { teams, once, copies, pass } = await world();
  teams.faults.plan('lost', POSTS);
  for (let tries = 0; tries < 18; tries += 1, pass(10 * SECOND)) expect(await once()).toBe('no answer');
  expect(copies()).toBe(5);
  for (let tries = 0; tries < 71; tries += 1, pass(MINUTE)) expect(await once()).toBe('no answer');
  expect(copies()).toBe(7);
  expect(await once()).toEqual({ never: expect.stringContaining('seven times') });
  expect(copies()).toBe(7);
});

it('while Teams answers nothing at all no other copy is sent, and the card comes as soon as it answers', async () => {
  const { teams, once, copies, pass } = await world();
  teams.faults.plan('lost', /conversations/);
  for (let tries = 0; tries < 20; tries += 1, pass(5 * MINUTE)) expect(await once()).toBe('no answer');
  expect(copies()).toBe(1);
  teams.faults.clear();
  expect(await once()).toMatchObject({ message: expect.any(String) });
  expect(copies()).toBe(2);
});

it('what Teams has certainly not taken is tried as often as it comes', async () => {
  const { teams, once, copies, pass } = await world();
  teams.rates.stormFor(20 * SECOND);
  for (let tries = 0; tries < 10; tries += 1, pass(SECOND))
    expect(await once()).toMatchObject({ retryAfterMs: expect.any(Number) });
  pass(10 * MINUTE);
  expect(await once()).toMatchObject({ message: expect.any(String) });
  expect(copies()).toBe(1);
});

it('a Teams that says for hours that it takes nothing loses no card', async () => {
  const { teams, once, copies, pass } = await world();
  teams.faults.plan('error-503', POSTS);
  for (let tries = 0; tries < 30; tries += 1, pass(10 * MINUTE)) expect(await once()).toBe('no answer');
  teams.faults.clear();
  expect(await once()).toMatchObject({ message: expect.any(String) });
  expect(copies()).toBe(1);
});

it.each<[Trouble, boolean]>([
  [401, true],
  [408, true],
  [503, true],
  [500, false],
  [502, false],
  [504, false],
  ['reset', false],
  ['half an answer', false],
])('whether a message may have been taken after %s: certainly not is %s', async (trouble, isCertain) => {
  const { url } = await countingServer(trouble);
  const endpoints = endpointsOf({
    ...{ appId: 'app', tenantId: 'tenant', credentials: null, apiUrl: url, playground: false },
  });
  const api = connector({ endpoints, tokens: null, pace: createPace(() => performance.now()) });
  const call = api.call({
    method: 'POST',
    service: `${url}/teams/`,
    path: ['conversations', 'c', 'activities'],
    body: { type: 'message' },
    conversation: 'c',
  });
  const cause: unknown = await call.catch((thrown: unknown) => thrown);
  expect([cause instanceof Error, cause instanceof NotTaken]).toEqual([true, isCertain]);
});

it('remembers two thousand messages that Teams may have, and forgets the oldest for one more', () => {
  const perhaps = createPerhapsSent(() => 0);
  for (let nth = 0; nth < 2_001; nth += 1) perhaps.noAnswer(`key ${nth}`);
  expect(['key 0', 'key 1', 'key 2000'].map((key) => perhaps.has(key))).toEqual([false, true, true]);
});
