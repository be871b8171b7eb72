import { onTestFinished } from 'vitest';
import { freePort } from '../../e2e/folder.ts';
import type { FakeTeams } from '../fake-teams/fake-teams.ts';
import type { RulebookChanges } from '../rulebook.ts';
import { startWithTeams, type TeamsWorkshop } from '../start-teams.ts';
import { playgroundConnector } from './connector.ts';
import { startPlayground } from './playground.ts';
import { signingDoor } from './signing-door.ts';

export interface PlaygroundWorkshop extends TeamsWorkshop {
  /** Where Microsoft's page is. */
  readonly page: string;
}

/** The playground lets through more at once than Teams does; time runs faster for Teams' own pace. */
const SPEED = 20;

/** The whole Keyturn behind Microsoft's own client. Whatever it is sent is signed, and is checked. */
export async function startInPlayground(changes: RulebookChanges = {}): Promise<PlaygroundWorkshop> {
  const port = await freePort();
  const methodsOf = playgroundConnector(pageOf(port));
  const workshop = await startWithTeams(changes, { speed: SPEED, methodsOf });
  const { teams } = workshop;
  const door = await signingDoor(teams);
  onTestFinished(() => door.stop());
  return Object.assign(workshop, { page: await openPlayground(teams, port, door.url, teams.serviceUrl) });
}

/** The playground with these people in it, that sends what they do to `endpoint` and says where to answer. */
export async function openPlayground(
  teams: FakeTeams,
  port: number,
  endpoint: string,
  serviceUrl = `${pageOf(port)}/_connector`,
): Promise<string> {
  const me = teams.world.user('bob');
  const others = [...teams.world.users.values()].filter(({ id }) => id !== me.id);
  onTestFinished(await startPlayground({ port, endpoint, serviceUrl, me, others }));
  return pageOf(port);
}

function pageOf(port: number): string {
  return `http://localhost:${port}`;
}
