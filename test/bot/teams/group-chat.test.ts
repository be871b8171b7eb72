import { toPlace } from '../../../bot/core/place.ts';
import { behavesLikeAFace } from '../../conformance/face-scenarios.ts';
import { type FaceWorld, SCENARIO_RULES } from '../../conformance/face-world.ts';
import { GROUP_CHAT } from '../../helpers/fake-teams/world.ts';
import type { RulebookChanges } from '../../helpers/rulebook.ts';
import { startWithTeams } from '../../helpers/start-teams.ts';
import { teamsDriver } from '../../helpers/teams-driver.ts';

/** As in `scenarios.test.ts`. */
const SPEED = 8;

/** A group chat has no threads: what belongs to a card stands below it, among everything else. */
behavesLikeAFace(
  'Teams, in a group chat',
  async (changes: RulebookChanges = {}): Promise<FaceWorld> => {
    const notify = [toPlace('teams', GROUP_CHAT)];
    const workshop = await startWithTeams({ rules: SCENARIO_RULES, notify, ...changes }, { speed: SPEED });
    return {
      face: teamsDriver(workshop.teams, GROUP_CHAT),
      keyturn: () => workshop.keyturn,
      restart: (next) => workshop.restart(next),
    };
  },
  { timeout: 60_000 },
);
