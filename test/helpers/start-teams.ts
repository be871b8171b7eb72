import { onTestFinished } from 'vitest';
import { toPlace } from '../../bot/core/place.ts';
import { type FakeTeams, startFakeTeams } from './fake-teams/fake-teams.ts';
import { APP_ID, CHANNEL, TENANT } from './fake-teams/world.ts';
import { PEOPLE, type RulebookChanges, type Who } from './rulebook.ts';
import { startKeyturn, type TestKeyturn } from './start-keyturn.ts';
import { TickingClock } from './ticking-clock.ts';

export const TEAMS_PLACE = toPlace('teams', CHANNEL);

function objectIdOf(who: Who): string {
  return `aaaaaaaa-0000-4000-8000-00000000000${(PEOPLE as readonly Who[]).indexOf(who) + 1}`;
}

/** Everybody of the small firm with a Teams account, except for those named. */
export function teamsAccounts(without: readonly Who[] = []): Record<string, Who> {
  return Object.fromEntries(
    PEOPLE.filter((who) => !without.includes(who)).map((who) => [`teams:${TENANT}/${objectIdOf(who)}`, who]),
  );
}

/** The people of the firm, and two whom the policy does not know. */
export function peopleIn(teams: FakeTeams): void {
  for (const name of [...PEOPLE, 'mallory'] as const) {
    const oid = name === 'mallory' ? 'bbbbbbbb-0000-4000-8000-000000000009' : objectIdOf(name);
    const user = { id: `29:${name}`, oid, name, userRole: 'user', tenantId: TENANT };
    teams.world.users.set(user.id, user);
  }
}

export function teamsSettings(teams: FakeTeams) {
  return {
    appId: APP_ID,
    tenantId: TENANT,
    credentials: { password: teams.secret },
    apiUrl: teams.url,
    playground: false,
  };
}

export interface TeamsWorkshop {
  readonly teams: FakeTeams;
  readonly clock: TickingClock;
  keyturn: TestKeyturn;
  /** Stops it and starts it over the same files, with the same Teams. */
  restart(changes?: RulebookChanges): Promise<void>;
}

type Options = NonNullable<Parameters<typeof startKeyturn>[1]>;
interface StartOptions {
  readonly speed?: number;
  readonly dir?: string;
  readonly ports?: NonNullable<Options['ports']>;
  /** What stands behind the Bot Connector, where it is not our own world of messages. */
  readonly methodsOf?: Parameters<typeof startFakeTeams>[1];
}

/** The whole Keyturn beside a whole fake Teams. Plans show in the channel of approvals. */
export async function startWithTeams(
  changes: RulebookChanges = {},
  { speed = 1, dir, ports = {}, methodsOf }: StartOptions = {},
): Promise<TeamsWorkshop> {
  const clock = new TickingClock(speed);
  const teams = await startFakeTeams(() => clock.wall(), methodsOf);
  peopleIn(teams);
  onTestFinished(() => teams.stop());
  const everything: RulebookChanges = { notify: [TEAMS_PLACE], accounts: teamsAccounts(), ...changes };
  const connected = (keyturn: TestKeyturn) => {
    teams.useEndpoint(`${keyturn.url}/api/messages`);
    return keyturn;
  };
  const options = {
    clock,
    ports,
    config: { teams: teamsSettings(teams) },
    ...(dir === undefined ? {} : { dir }),
  };
  const workshop: TeamsWorkshop = {
    teams,
    clock,
    keyturn: connected(await startKeyturn(everything, options)),
    async restart(next) {
      workshop.keyturn = connected(
        await workshop.keyturn.restart(next === undefined ? everything : { ...everything, ...next }),
      );
    },
  };
  return workshop;
}
