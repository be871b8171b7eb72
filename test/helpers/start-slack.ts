import { onTestFinished } from 'vitest';
import { toPlace } from '../../bot/core/place.ts';
import { type FakeSlack, startFakeSlack } from './fake-slack/fake-slack.ts';
import type { RulebookChanges } from './rulebook.ts';
import { startKeyturn, type TestKeyturn } from './start-keyturn.ts';
import { TickingClock } from './ticking-clock.ts';

export const SLACK_MODES = ['socket', 'http'] as const;
export type SlackMode = (typeof SLACK_MODES)[number];

export interface SlackWorkshop {
  readonly slack: FakeSlack;
  readonly clock: TickingClock;
  keyturn: TestKeyturn;
  /** Stops it and starts it over the same files, with the same Slack. */
  restart(changes?: RulebookChanges): Promise<void>;
}

/** The whole Keyturn beside a whole fake Slack, in one of the two modes. Plans show in #approvals. */
export async function startWithSlack(
  mode: SlackMode,
  changes: RulebookChanges = {},
  { speed = 1, dir, ports = {} }: StartOptions = {},
): Promise<SlackWorkshop> {
  const clock = new TickingClock(speed);
  const slack = await startFakeSlack(() => clock.wall(), Date.now);
  onTestFinished(() => slack.stop());
  const { botToken, appToken } = slack.credentials;
  const settings = {
    botToken,
    mode: mode === 'socket' ? { appToken } : { signingSecret: slack.signingSecret },
    apiUrl: slack.apiUrl,
  };
  const everything: RulebookChanges = { notify: [toPlace('slack', '#approvals')], ...changes };
  const connected = async (keyturn: TestKeyturn) => {
    if (mode === 'http') slack.useHttp(`${keyturn.url}/slack/events`);
    else await slack.until('a connection', () => (slack.socket.connections > 0 ? true : null));
    return keyturn;
  };
  const options = { clock, ports, config: { slack: settings }, ...(dir === undefined ? {} : { dir }) };
  const workshop: SlackWorkshop = {
    slack,
    clock,
    keyturn: await connected(await startKeyturn(everything, options)),
    async restart(next) {
      workshop.keyturn = await connected(
        await workshop.keyturn.restart(next === undefined ? everything : { ...everything, ...next }),
      );
    },
  };
  return workshop;
}

type Options = NonNullable<Parameters<typeof startKeyturn>[1]>;
interface StartOptions {
  readonly speed?: number;
  readonly dir?: string;
  readonly ports?: NonNullable<Options['ports']>;
}
