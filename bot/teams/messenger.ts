import type { Context } from '../app/context.ts';
import type { AdaptiveCard } from '../cards/adaptive.ts';
import type { Account } from '../core/identity.ts';
import { channelOf, toPlace } from '../core/place.ts';
import type { PersonId } from '../core/request.ts';
import type { Logger } from '../ports/logger.ts';
import type { Edited, Messenger, NotNow, Postable, Posted } from '../ports/messenger.ts';
import type { Rulebook } from '../ports/rulebook.ts';
import { type Called, type Connector, NotTaken } from './connector.ts';
import type { Conversations } from './conversations.ts';
import type { PerhapsSent } from './perhaps-sent.ts';
import { faultOf } from './posting-errors.ts';
import { type Mentions, type Rendered, render } from './render.ts';
import { Resource } from './schema.ts';

export const FACE = 'teams';
export const ANSWERS = 'Keyturn answers';

export interface MessengerParts {
  readonly connector: Connector;
  readonly conversations: Conversations;
  readonly perhaps: PerhapsSent;
  readonly context: () => Context;
  readonly mentions: Mentions;
  readonly accountOf: (person: PersonId, rulebook: Rulebook) => Account | null;
  readonly logger: Logger;
}

/** The Bot Connector as a face. Message ids are `CONVERSATION/ACTIVITY`; a channel's thread is a conversation. */
export function teamsMessenger(parts: MessengerParts): Messenger {
  const { connector, conversations, perhaps, context, mentions, accountOf, logger } = parts;

  const postTo = async (conversation: string, activity: object, signal: AbortSignal, subject: string) =>
    connector.call({
      method: 'POST',
      service: conversations.serviceOf(subject),
      path: ['conversations', conversation, 'activities'],
      body: activity,
      conversation,
      signal,
    });
  const toPosted = (said: Called, { place }: Postable, conversation: string): Posted => {
    if (!said.ok) return faultOf(said, place, logger);
    const { id } = Resource.parse(said.data);
    return { message: `${conversation}/${id}` };
  };
  const startThread = async (channel: string, notice: Postable, activity: object, signal: AbortSignal) => {
    const said = await conversations.startThread(channel, activity, signal);
    if (!said.ok) return faultOf(said, notice.place, logger);
    const { id, activityId } = Resource.parse(said.data);
    // The id of a new thread's first message is the number in the thread's own.
    const first = activityId ?? /;messageid=([0-9]+)$/.exec(id)?.[1];
    if (first === undefined) throw new Error('Teams does not say how the message is called');
    return { message: `${id}/${first}` };
  };
  /** Where this person reads alone. */
  const directConversation = async (person: PersonId, signal: AbortSignal): Promise<string | NotNow> => {
    const account = accountOf(person, context().rulebook);
    if (account === null) return { never: 'this person has no Teams account any more' };
    const opened = await conversations.directWith(account, signal);
    return opened.ok ? opened.conversation : faultOf(opened, toPlace(FACE, `@${person}`), logger);
  };
  const send = async (
    notice: Postable,
    activity: object,
    under: string | null,
    signal: AbortSignal,
  ): Promise<Posted> => {
    const subject = channelOf(notice.place) ?? '';
    if (under !== null) {
      const [thread] = splitId(under);
      return toPosted(await postTo(thread, activity, signal, subject), notice, thread);
    }
    if (!subject.startsWith('@')) {
      return isChannel(subject)
        ? startThread(subject, notice, activity, signal)
        : toPosted(await postTo(subject, activity, signal, subject), notice, subject);
    }
    const direct = await directConversation(subject.slice(1) as PersonId, signal);
    if (typeof direct !== 'string') return direct;
    return toPosted(await postTo(direct, activity, signal, subject), notice, direct);
  };
  /**
   * One more copy of what may stand there already. While Teams answers nothing at all none is sent; and
   * where it answers all but this, fewer and fewer, and an end of it.
   */
  const beforeAnother = async (
    key: string,
    { place }: Postable,
    signal: AbortSignal,
  ): Promise<NotNow | null> => {
    const subject = channelOf(place) ?? '';
    const service = conversations.serviceOf(subject);
    const path = ['conversations', subject, 'members', 'nobody'];
    const said = await connector.call({ method: 'GET', service, path, conversation: null, signal });
    if (!said.ok && 'busyMs' in said) return { retryAfterMs: said.busyMs };
    const more = perhaps.more(key);
    if (more === 'now') return null;
    if (more === 'later') throw new Error('Teams may have it already; another copy would come too soon');
    perhaps.forget(key);
    return { never: 'Teams may have taken it seven times, and never said so' };
  };

  return {
    face: FACE,
    directPlace: (person, rulebook) =>
      accountOf(person, rulebook) === null ? null : toPlace(FACE, `@${person}`),

    async post(notice, { key, under, signal }): Promise<Posted> {
      const rendered = render(context(), mentions, notice);
      if (rendered === null) return { never: 'there is nothing to say any more' };
      const waits = perhaps.has(key) ? await beforeAnother(key, notice, signal) : null;
      if (waits !== null) return waits;
      try {
        const posted = await send(notice, toActivity(rendered), under, signal);
        if (!('retryAfterMs' in posted)) perhaps.forget(key);
        return posted;
      } catch (cause) {
        if (!(cause instanceof NotTaken)) perhaps.noAnswer(key);
        throw cause;
      }
    },

    async edit(notice, message, signal): Promise<Edited> {
      const rendered = render(context(), mentions, notice);
      if (rendered === null) return 'edited';
      const [conversation, id] = splitId(message);
      const said = await connector.call({
        method: 'PUT',
        service: conversations.serviceOf(channelOf(notice.place) ?? ''),
        path: ['conversations', conversation, 'activities', id],
        body: { ...toActivity(rendered), id },
        conversation,
        signal,
      });
      if (said.ok) return 'edited';
      if ('status' in said && said.status === 404) return 'gone';
      return faultOf(said, notice.place, logger);
    },

    // Teams lets a bot read nothing back, and takes no key of ours. A copy from right before a crash is
    // adopted at its first click.
    find: () => Promise.resolve(null),
  };
}

/** For one person, who asked: nothing of the answer stands in the notification. */
export function toAnswer(card: AdaptiveCard): object {
  return toActivity({ summary: ANSWERS, card });
}

function toActivity({ summary, card }: Rendered): object {
  return {
    type: 'message',
    summary,
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content: card }],
  };
}

/** A channel's cards each begin a thread; a group chat has none. */
function isChannel(conversation: string): boolean {
  return /@thread\.(tacv2|skype)$/.test(conversation);
}

function splitId(message: string): [string, string] {
  const slash = message.lastIndexOf('/');
  return [message.slice(0, slash), message.slice(slash + 1)];
}
