import { expect } from 'vitest';
import { readLog, stateOf, submit } from '../connectors/api/world.ts';
import type { FaceDriver } from '../helpers/face-driver.ts';
import type { TeamsMessage } from '../helpers/fake-teams/world.ts';
import { CHANNEL } from '../helpers/fake-teams/world.ts';
import type { RulebookChanges } from '../helpers/rulebook.ts';
import { startWithTeams, type TeamsWorkshop } from '../helpers/start-teams.ts';
import { teamsDriver } from '../helpers/teams-driver.ts';

export interface TeamsAttack extends TeamsWorkshop {
  readonly face: FaceDriver;
  readonly request: Awaited<ReturnType<typeof submit>>;
  readonly card: TeamsMessage;
}

/** One request whose card stands in Teams, for somebody to attack. */
export async function underAttack(
  asked: Record<string, unknown> = {},
  changes: RulebookChanges = {},
): Promise<TeamsAttack> {
  const workshop = await startWithTeams(changes, { speed: 20 });
  const request = await submit(workshop.keyturn, asked);
  const card = await workshop.teams.until('the card', () => workshop.teams.world.standing(CHANNEL)[0]);
  return Object.assign(workshop, { face: teamsDriver(workshop.teams), request, card });
}

export async function expectUndecided({
  keyturn,
  request,
}: Pick<TeamsAttack, 'keyturn' | 'request'>): Promise<void> {
  expect(await stateOf(keyturn, request)).toBe('pending');
  const votes = (await readLog(keyturn)).filter(({ type }) => type === 'review.recorded');
  expect(votes).toEqual([]);
}
