import { expect } from 'vitest';
import { readLog, stateOf, submit } from '../connectors/api/world.ts';
import type { FaceDriver } from '../helpers/face-driver.ts';
import type { FakeSlack } from '../helpers/fake-slack/fake-slack.ts';
import type { SlackMessage } from '../helpers/fake-slack/world.ts';
import type { RulebookChanges } from '../helpers/rulebook.ts';
import { slackDriver } from '../helpers/slack-driver.ts';
import { type SlackMode, type SlackWorkshop, startWithSlack } from '../helpers/start-slack.ts';

export interface SlackAttack extends SlackWorkshop {
  readonly face: FaceDriver;
  readonly request: Awaited<ReturnType<typeof submit>>;
  readonly card: SlackMessage;
}

/** One request whose card stands in Slack, for somebody to attack. */
export async function underAttack(
  asked: Record<string, unknown> = {},
  changes: RulebookChanges = {},
  mode: SlackMode = 'http',
): Promise<SlackAttack> {
  const workshop = await startWithSlack(mode, changes, { speed: 20 });
  const request = await submit(workshop.keyturn, asked);
  const card = await workshop.slack.until('the card', () => workshop.slack.messages('#approvals')[0]);
  return Object.assign(workshop, { face: slackDriver(workshop.slack), request, card });
}

/** What this person alone was told last, once it says so. */
export function told(slack: FakeSlack, user: string, says: string | RegExp): Promise<string> {
  return slack.until(`${user} to be told ${String(says)}`, () =>
    slack.world.ephemerals
      .filter(({ to }) => to === user)
      .map(({ text }) => text)
      .findLast((text) => (typeof says === 'string' ? text.includes(says) : says.test(text))),
  );
}

export async function expectUndecided({ keyturn, request }: SlackAttack): Promise<void> {
  expect(await stateOf(keyturn, request)).toBe('pending');
  const votes = (await readLog(keyturn)).filter(({ type }) => type === 'review.recorded');
  expect(votes).toEqual([]);
}
