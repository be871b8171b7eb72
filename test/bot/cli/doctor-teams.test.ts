import { expect, it, onTestFinished } from 'vitest';
import { examineTeams } from '../../../bot/cli/doctor-teams.ts';
import { readPolicyFile } from '../../../bot/policy-file/read.ts';
import { startFakeTeams } from '../../helpers/fake-teams/fake-teams.ts';
import { cardOf, readCard } from '../../helpers/fake-teams/read-card.ts';
import { CHANNEL, TENANT } from '../../helpers/fake-teams/world.ts';
import { peopleIn, teamsSettings } from '../../helpers/start-teams.ts';
import { changed } from '../policy-file/sound-policy.ts';

const GROUP = 'cccccccc-0000-4000-8000-000000000001';

async function opened(person: string | null, tenant = TENANT) {
  const teams = await startFakeTeams();
  peopleIn(teams);
  onTestFinished(() => teams.stop());
  const text = changed(
    ['    expires_after: 45m', `    notify: { teams: "${CHANNEL}" }`],
    ['members: [carol] }', `members: [carol], entra_group: ${GROUP} }`],
  );
  const read = readPolicyFile(text);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const [first = '', ...others] = Object.keys(read.file.people);
  const { oid } = teams.world.user('bob');
  teams.world.groups.set(GROUP, [{ type: 'user', id: oid }]);
  const file = {
    ...read.file,
    people: {
      ...Object.fromEntries(others.map((key) => [key, read.file.people[key] as never])),
      [first]: { name: 'Bob', active: true, accounts: { teams: `${tenant}/${oid}` } },
    },
  } as typeof read.file;
  const look = async () => {
    const found: string[] = [];
    const settings = teamsSettings(teams);
    for await (const { level, what } of examineTeams({
      settings,
      file,
      person: person === null ? null : first,
    }))
      found.push(`${level} ${what}`);
    return found.join('\n');
  };
  return { teams, look };
}

it('finds nothing wrong where all is as it must be, and writes to that person alone, without a button', async () => {
  const { teams, look } = await opened('bob');
  const found = await look();
  expect(found).not.toContain('wrong');
  expect(found).toContain(`the app is in ${CHANNEL}`);
  expect(found).toContain(`Entra's group ${GROUP} has 1 people`);
  const [sample, ...more] = teams.world.messages;
  expect(more).toEqual([]);
  expect(sample?.conversation).toBe(teams.person('bob').chat);
  const { text, buttons } = readCard(cardOf(sample?.activity));
  expect(text).toContain('This is a sample');
  expect(buttons).toEqual([]);
});

it('names credentials that Microsoft does not take, keys that cannot be had, and a place without the app', async () => {
  const { teams, look } = await opened('bob');
  teams.faults.plan('refused', /keys|openid/);
  teams.world.deletedPlaces.add(CHANNEL);
  teams.world.users.clear();
  teams.world.groups.set(GROUP, null);
  const found = await look();
  expect(found).toMatch(/wrong the keys that sign for Teams cannot be had/);
  expect(found).toMatch(/wrong no sample card for \w+: 404/);
  expect(found).toContain('grant GroupMember.Read.All');
  expect(found).toMatch(new RegExp(`wrong ${CHANNEL}: 404`));
  teams.faults.plan('error-500', /token/);
  expect(await look()).toMatch(/^wrong Teams: Microsoft gives no token/);
  expect(await look()).not.toContain(teams.secret);
});

it('names somebody of another tenant, and says what was not looked at', async () => {
  const { teams, look } = await opened(null, 'ffffffff-0000-4000-8000-000000000000');
  const found = await look();
  expect(found).toMatch(/is of another tenant/);
  expect(found).toMatch(/not looked at/);
  expect(teams.world.messages).toEqual([]);
});
