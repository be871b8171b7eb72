import { toPlace } from '../../../bot/core/place.ts';
import { behavesLikeAFace } from '../../conformance/face-scenarios.ts';
import { type FaceWorld, SCENARIO_RULES } from '../../conformance/face-world.ts';
import type { RulebookChanges } from '../../helpers/rulebook.ts';
import { slackDriver } from '../../helpers/slack-driver.ts';
import { SLACK_MODES, startWithSlack } from '../../helpers/start-slack.ts';

/**
 * Slack takes one message a second in a channel; time runs faster here, for Slack and for us alike. The
 * relay looks every 250 ms of real time: were that more than the 3 s which our pace saves up, it would
 * post more slowly here than it does anywhere.
 */
const SPEED = 10;

for (const mode of SLACK_MODES) {
  behavesLikeAFace(
    `Slack (${mode})`,
    async (changes: RulebookChanges = {}): Promise<FaceWorld> => {
      const everything = { rules: SCENARIO_RULES, notify: [toPlace('slack', '#approvals')], ...changes };
      const workshop = await startWithSlack(mode, everything, { speed: SPEED });
      return {
        face: slackDriver(workshop.slack),
        keyturn: () => workshop.keyturn,
        restart: (next) => workshop.restart(next),
      };
    },
    { timeout: 60_000 },
  );
}
