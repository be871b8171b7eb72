import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { stateOf, submit } from '../../connectors/api/world.ts';
import { startWithTeams, type TeamsWorkshop } from '../../helpers/start-teams.ts';
import { teamsDriver } from '../../helpers/teams-driver.ts';

const GROUP = 'cccccccc-0000-4000-8000-000000000001';
/** Nobody of the policy file is a dba: the group of Entra says who is. */
const EXTERNAL = {
  groups: { dba: [], security: ['carol'] },
  externalGroups: { dba: [{ kind: 'entra_group', id: GROUP }] },
};

const user = ({ teams }: TeamsWorkshop, who: string) => ({ type: 'user', id: teams.world.user(who).oid });

async function withGroup(people: readonly string[]) {
  const workshop = await startWithTeams(EXTERNAL, { speed: 20 });
  const members = (names: readonly string[]) => names.map((who) => user(workshop, who));
  workshop.teams.world.groups.set(GROUP, members(people));
  // What was asked while there was no such group is an answer too, for a minute.
  workshop.clock.advance(61_000);
  return { ...workshop, members, bob: user(workshop, 'bob'), face: teamsDriver(workshop.teams) };
}

it('lets a member decide, whom the policy file knows by account alone', async () => {
  const { keyturn, face } = await withGroup(['bob']);
  const request = await submit(keyturn);
  await face.click('bob', request.number, 'Approve');
  expect(await stateOf(keyturn, request)).toBe('approved');
});

it('asks again at the click: who was taken out of the group meanwhile decides nothing', async () => {
  const { keyturn, face, teams, members } = await withGroup(['bob', 'dora']);
  const request = await submit(keyturn);
  await face.card('bob', request.number);
  teams.world.groups.set(GROUP, members(['dora']));
  expect((await face.click('bob', request.number, 'Approve')).text).toContain('not one of the people');
  expect(await stateOf(keyturn, request)).toBe('pending');
  await face.click('dora', request.number, 'Approve');
  expect(await stateOf(keyturn, request)).toBe('approved');
});

it('refuses while Microsoft cannot say who is in the group, and says that this is why', async () => {
  const { keyturn, face, teams, members } = await withGroup(['bob']);
  const request = await submit(keyturn);
  await face.card('bob', request.number);
  const refused = async () =>
    expect((await face.click('bob', request.number, 'Approve')).text).toContain('directory cannot say');
  for (const fault of ['error-500', 'refused', 'not-ok', 'html', 'silent'] as const) {
    teams.faults.plan(fault, /graph/);
    await refused();
    teams.faults.clear();
  }
  // No right to read it, and no such group.
  teams.world.groups.set(GROUP, null);
  await refused();
  teams.world.groups.delete(GROUP);
  await refused();
  // Something that is no list of members.
  teams.world.groups.set(GROUP, [{ type: 'user', id: 'bob' }]);
  await refused();
  expect(await stateOf(keyturn, request)).toBe('pending');
  teams.world.groups.set(GROUP, members(['bob']));
  await face.click('bob', request.number, 'Approve');
  expect(await stateOf(keyturn, request)).toBe('approved');
});

const strangers = (many: number) =>
  Array.from({ length: many }, (_none, index) => ({
    type: 'user',
    id: `dddddddd-0000-4000-8000-${String(index).padStart(12, '0')}`,
  }));

it('reads every page, and takes nothing in a group for a person but people', async () => {
  const { keyturn, face, teams, bob } = await withGroup([]);
  teams.world.groups.set(GROUP, [...strangers(1_500), bob]);
  const first = await submit(keyturn);
  await face.click('bob', first.number, 'Approve');
  expect(await stateOf(keyturn, first)).toBe('approved');

  // A device or an application whose id is that of a person is no person.
  teams.world.groups.set(GROUP, [{ ...bob, type: 'servicePrincipal' }]);
  const second = await submit(keyturn, { action: 'db.vacuum' });
  expect((await face.click('bob', second.number, 'Approve')).text).toContain('not one of the people');
});

/** Somebody else's server, that would say that Bob is in it. */
async function elsewhere(bob: object): Promise<{ readonly url: string; readonly asked: unknown[] }> {
  const asked: unknown[] = [];
  const server = createServer((request, response) => {
    asked.push(request.headers.authorization);
    response.end(JSON.stringify({ value: [bob] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graph/`, asked };
}

it('does not read for ever, and does not follow a next page to somewhere else', async () => {
  const { keyturn, face, teams, bob } = await withGroup(['dora']);
  const request = await submit(keyturn);
  teams.world.groups.set(GROUP, [bob, ...strangers(4_000)]);
  expect((await face.click('bob', request.number, 'Approve')).text).toContain('directory cannot say');
  const other = await elsewhere({ '@odata.type': '#microsoft.graph.user', id: bob.id });
  teams.world.nextPage = other.url;
  expect((await face.click('bob', request.number, 'Approve')).text).toContain('directory cannot say');
  expect(other.asked).toEqual([]);
  expect(await stateOf(keyturn, request)).toBe('pending');
});

it('gives Graph a token of its own, and no other service that one', async () => {
  const { keyturn, face, teams } = await withGroup(['bob']);
  const request = await submit(keyturn);
  await face.card('bob', request.number);
  expect(teams.graphTokens.size).toBe(1);
  // It is not taken any more: the next one is a new one.
  teams.graphTokens.clear();
  expect((await face.click('bob', request.number, 'Approve')).text).toContain('directory cannot say');
  await face.click('bob', request.number, 'Approve');
  expect(await stateOf(keyturn, request)).toBe('approved');
});
