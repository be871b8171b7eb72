import type { Context } from '../app/context.ts';
import { sha256Hex } from '../core/digest.ts';
import { channelOf, toPlace } from '../core/place.ts';
import type { PersonId } from '../core/request.ts';
import type { Logger } from '../ports/logger.ts';
import type { Edited, Messenger, NotNow, Postable, Posted } from '../ports/messenger.ts';
import { directChannel } from './files.ts';
import { faultOf, REFUSED_CONTENT } from './posting-errors.ts';
import { type Mentions, type Rendered, render } from './render.ts';
import type { Called, SlackApi } from './web-api.ts';

export const FACE = 'slack';
/** Without unfurling, a bare link in a reason shows nobody a page of its author's choice. */
const STILL = { unfurl_links: false, unfurl_media: false } as const;

export interface MessengerParts {
  readonly api: SlackApi;
  readonly context: () => Context;
  readonly mentions: Mentions;
  /** The Slack user id of this person in this workspace, or null. */
  readonly userOf: (person: PersonId) => string | null;
  readonly logger: Logger;
}

/** The Web API as a face. Message ids are `CHANNEL/TS`: a name can be given to another channel. */
export function slackMessenger({ api, context, mentions, userOf, logger }: MessengerParts): Messenger {
  const directs = new Map<string, string>();

  /** A channel's name or id as the policy has it, or this person's direct message. */
  const channelFor = async (place: Postable['place']): Promise<string | NotNow> => {
    const channel = channelOf(place) ?? '';
    if (!channel.startsWith('@')) return channel;
    const user = userOf(channel.slice(1) as PersonId);
    if (user === null) return { never: 'this person has no Slack account any more' };
    const known = directs.get(user) ?? (await directChannel(api, user));
    if (known === null) return { retryAfterMs: 30_000 };
    directs.set(user, known);
    return known;
  };

  /** The first way that Slack does not refuse for its content. */
  const firstTaken = async (
    { text, ways }: Rendered,
    send: (content: Readonly<Record<string, unknown>>) => Promise<Called>,
  ): Promise<Called> => {
    for (const blocks of ways) {
      const said = await send({ text, blocks });
      if (said.ok || !('error' in said) || !REFUSED_CONTENT.has(said.error)) return said;
      logger.error('slack: blocks were refused', { error: said.error, where: said.details });
    }
    return send({ text, blocks: [] });
  };

  return {
    face: FACE,
    directPlace: (person) => (userOf(person) === null ? null : toPlace(FACE, `@${person}`)),

    async post(notice, { key, under, signal }): Promise<Posted> {
      const rendered = render(context(), mentions, notice);
      if (rendered === null) return { never: 'there is nothing to say any more' };
      const [channel, thread] = under === null ? [await channelFor(notice.place), null] : splitId(under);
      if (typeof channel !== 'string') return channel;
      const args = {
        channel,
        ...STILL,
        metadata: metadataOf(notice),
        ...(thread === null ? {} : { thread_ts: thread }),
      };
      const send = (id: string) =>
        firstTaken(rendered, (content) =>
          api.call('chat.postMessage', { ...args, ...content, client_msg_id: id }, signal),
        );
      let said = await send(toUuid(key, 0));
      // Posted under this key before, and deleted since: it has to be another message.
      if (!said.ok && 'error' in said && said.error === 'duplicate_message_not_found')
        said = await send(toUuid(key, 1));
      if (!said.ok) return faultOf(said, notice.place, logger);
      const message = `${String(said.data['channel'])}/${String(said.data['ts'])}`;
      // Slack answers a repeated key with the message that has it. What that says may be old by now.
      if (
        textOf(said.data['message']) !== rendered.text &&
        (notice.kind === 'card' || notice.kind === 'digest')
      ) {
        await this.edit(notice, message, signal);
      }
      return { message };
    },

    async edit(notice, message, signal): Promise<Edited> {
      const rendered = render(context(), mentions, notice);
      if (rendered === null) return 'edited';
      const [channel, ts] = splitId(message);
      const said = await firstTaken(rendered, (content) =>
        api.call('chat.update', { channel, ts, ...STILL, ...content }, signal),
      );
      if (said.ok) return 'edited';
      if ('error' in said && GONE.has(said.error)) return 'gone';
      return faultOf(said, notice.place, logger);
    },

    // Slack lets nobody search without the right to read the channel, which this app does not ask
    // for. The key goes along with each try instead, and Slack knows it again.
    find: () => Promise.resolve(null),
  };
}

const GONE: ReadonlySet<string> = new Set(['message_not_found', 'cant_update_message', 'channel_not_found']);

/** A key of ours as the UUID that Slack asks for. */
function toUuid(key: string, nth: number): string {
  const hex = sha256Hex(`${key} ${nth}`);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}

function splitId(message: string): [string, string] {
  const slash = message.indexOf('/');
  return [message.slice(0, slash), message.slice(slash + 1)];
}

/** Who reads the channel by a program of their own can tell what a message is about. */
function metadataOf(notice: Postable) {
  const about = notice.kind === 'digest' ? { digest: notice.digest } : { request: notice.request };
  return { event_type: `keyturn_${notice.kind}`, event_payload: about };
}

function textOf(message: unknown): string | null {
  return typeof message === 'object' && message !== null && 'text' in message ? String(message.text) : null;
}
