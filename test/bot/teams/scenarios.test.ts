import { behavesLikeAFace } from '../../conformance/face-scenarios.ts';
import { type FaceWorld, SCENARIO_RULES } from '../../conformance/face-world.ts';
import type { RulebookChanges } from '../../helpers/rulebook.ts';
import { startWithTeams } from '../../helpers/start-teams.ts';
import { teamsDriver } from '../../helpers/teams-driver.ts';

/** Teams takes two messages a second in a conversation; time runs faster here, for Teams and us alike. */
const SPEED = 8;

behavesLikeAFace(
  'Teams',
  async (changes: RulebookChanges = {}): Promise<FaceWorld> => {
    const workshop = await startWithTeams({ rules: SCENARIO_RULES, ...changes }, { speed: SPEED });
    return {
      face: teamsDriver(workshop.teams),
      keyturn: () => workshop.keyturn,
      restart: (next) => workshop.restart(next),
    };
  },
  { timeout: 60_000 },
);
