import { App, type Receiver, type ReceiverEvent } from '@slack/bolt';
import type { Context } from '../app/context.ts';
import { receiveOnce } from '../app/receive-once.ts';
import type { Desk } from '../commands/answer.ts';
import type { Logger } from '../ports/logger.ts';
import type { Messenger } from '../ports/messenger.ts';
import { adoptCopy } from './adopt-copy.ts';
import { ACTION_PREFIX } from './buttons.ts';
import { onClick } from './clicks.ts';
import { deliverTo } from './deliver.ts';
import { type People, slackDirectory } from './directory.ts';
import { homes } from './home.ts';
import { type SlackHttp, slackHttp } from './http-mode.ts';
import { FACE, slackMessenger } from './messenger.ts';
import { FORM } from './modals.ts';
import { createPace } from './pace.ts';
import type { Mentions } from './render.ts';
import type { SlackSettings } from './settings.ts';
import { signatureCheck } from './signature.ts';
import { type SlackSocket, slackSocket } from './socket.ts';
import { onSubmit } from './submissions.ts';
import type { SurfaceTools } from './surfaces.ts';
import { onCommand, onMention, SLASH_COMMANDS } from './typed.ts';
import { clientOptions, SILENT, slackApi } from './web-api.ts';

export interface SlackParts {
  readonly settings: SlackSettings;
  readonly context: () => Context;
  readonly desk: () => Desk;
  readonly people: People;
  readonly mentions: Mentions;
  readonly logger: Logger;
  /** Never goes back; in milliseconds. */
  readonly steadyMs: () => number;
  readonly wallMs: () => number;
}

export interface SlackFace {
  readonly messenger: Messenger;
  /** Where the one port hands over what comes to `/slack/events`; null in Socket Mode. */
  readonly receive: SlackHttp['receive'] | null;
  readonly isConnected: () => boolean;
  start(): void;
  stop(): Promise<void>;
}

/** Wires Bolt to the desk, and nothing else. It does no I/O before `start`. */
export function slackFace(parts: SlackParts): SlackFace {
  const { settings, context, people, logger, mentions } = parts;
  const { botToken, apiUrl, mode } = settings;
  const api = slackApi({ token: botToken, apiUrl, pace: createPace(parts.steadyMs) });
  const directory = slackDirectory(api, people, parts.steadyMs);
  const desk: Desk = {
    click: (caller, click) => parts.desk().click(caller, click),
    type: (caller, line) => parts.desk().type(caller, line),
    page: (caller, request, at) => parts.desk().page(caller, request, at),
    newcomer: (source, line) => parts.desk().newcomer(source, line),
    stranger: (source, call) => parts.desk().stranger(source, call),
  };
  const userOf = (person: Parameters<People['accountOf']>[0]) =>
    people.accountOf(person)?.split('/')[1] ?? null;
  const tools: SurfaceTools = { api, logger, mayRespondTo: responder(apiUrl) };
  const adopt = (request: string, channel: string, ts: string) => adoptCopy(context(), request, channel, ts);
  const home = homes({ api, directory, desk, logger, now: parts.steadyMs });

  const once = (delivery: string, work: () => Promise<void>) => receive()(delivery, work);
  let received: ReturnType<typeof receiveOnce> | null = null;
  const receive = () => {
    received ??= receiveOnce(context(), FACE);
    return received;
  };
  const deliver: (event: ReceiverEvent) => Promise<void> = deliverTo(() => app, once, logger);
  const receiver: SlackSocket | SlackHttp =
    'appToken' in mode
      ? slackSocket({ appToken: mode.appToken, apiUrl, deliver, logger })
      : slackHttp(signatureCheck(mode.signingSecret, parts.wallMs), deliver);

  const app = new App({
    receiver: receiver as Receiver,
    // Bolt would ask Slack at once, and end the process when that fails.
    authorize: () => Promise.resolve({ botToken }),
    clientOptions: clientOptions(apiUrl),
    convoStore: false,
    ignoreSelf: false,
    logger: SILENT,
  });
  app.error((cause) => {
    logger.error('slack: a handler failed', { cause: cause.name });
    return Promise.reject(cause);
  });
  app.action(new RegExp(`^${ACTION_PREFIX}`), async ({ body, ack }) => {
    await onClick({ tools, directory, desk, afterHome: home.publish, adopt }, body, () => ack());
    await ack();
  });
  app.view(FORM, ({ body, ack }) => onSubmit({ tools, directory, desk }, body, (answer) => ack(answer)));
  for (const name of Object.keys(SLASH_COMMANDS)) {
    app.command(name, async ({ body, ack }) => {
      await onCommand({ tools, directory, desk }, body);
      await ack();
    });
  }
  app.event('app_mention', ({ event }) => onMention({ tools, directory, desk }, event));
  app.event('app_home_opened', ({ event }) => home.opened(event));

  let stopWatching: () => void = () => {};
  return {
    messenger: slackMessenger({ api, context, mentions, userOf, logger }),
    receive: 'receive' in receiver ? receiver.receive : null,
    isConnected: () => !('isConnected' in receiver) || receiver.isConnected(),
    start() {
      stopWatching = context().watchers.watch(null, home.changed);
      void app.start();
    },
    async stop() {
      stopWatching();
      home.stop();
      await app.stop();
    },
  };
}

/** Slack's own host; and where the API is another one, for tests, that one. */
function responder(apiUrl: string | null): (url: URL) => boolean {
  const own = apiUrl === null ? 'https://hooks.slack.com' : new URL(apiUrl).origin;
  return (url) => url.origin === own;
}
