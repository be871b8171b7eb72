import type { Context } from '../app/context.ts';
import type { Answer } from '../commands/answer.ts';
import { type Account, toAccount } from '../core/identity.ts';
import type { Logger } from '../ports/logger.ts';
import { answerCard, plainCard } from './answer-card.ts';
import { asPerson, type Doors } from './caller.ts';
import type { Connector } from './connector.ts';
import type { Conversations } from './conversations.ts';
import { offerFile } from './files.ts';
import { toAnswer } from './messenger.ts';
import type { Offers } from './offers.ts';
import type { Activity } from './schema.ts';

export interface TypedParts extends Doors {
  readonly connector: Connector;
  readonly conversations: Conversations;
  readonly offers: Offers;
  readonly tenantId: string;
  readonly context: () => Context;
  readonly logger: Logger;
}

const ANSWER_WITHIN_MS = 10_000;

/**
 * `@Keyturn approve 1042` in a channel or a chat, or the same without the name to the app alone. Teams
 * has no message that one person of many sees, so the answer always goes to the one who asked, alone.
 */
export async function onMessage(parts: TypedParts, activity: Activity): Promise<void> {
  const { desk } = parts;
  const personal = activity.conversation.conversationType === 'personal';
  const line = lineOf(activity);
  // Elsewhere a bot is only told of what names it, and a message that does not is none of ours.
  if (line === null && !personal) return;
  const typed = line ?? unescapeText(activity.text ?? '').trim();
  const answer = await asPerson(
    parts,
    {
      activity,
      call: 'command',
      decides: true,
      // A channel is no place for a code.
      ...(personal ? { newcomer: (source: string) => desk.newcomer(source, typed) } : {}),
    },
    (caller) => desk.type(caller, typed),
  );
  await tell(parts, activity, answer);
}

/** Never to anybody but the one who asked; where that cannot be, they are told how it can. */
async function tell(parts: TypedParts, activity: Activity, answer: Answer): Promise<void> {
  const { connector, conversations, offers, logger } = parts;
  const personal = activity.conversation.conversationType === 'personal';
  const account = accountOf(parts, activity);
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  const send = (conversation: string, body: object) =>
    connector
      .call({
        method: 'POST',
        service: activity.serviceUrl,
        path: ['conversations', conversation, 'activities'],
        body,
        conversation,
        signal,
      })
      .catch(() => null);
  const direct = personal
    ? ({ ok: true, conversation: activity.conversation.id } as const)
    : await conversations.directWith(account, signal).catch(() => null);
  const message = () =>
    answer.kind === 'file' ? offerFile(offers, account, answer) : toAnswer(answerCard(answer));
  const said = direct?.ok === true ? await send(direct.conversation, message()) : null;
  if (said?.ok === true) return;
  if (!personal) await send(activity.conversation.id, toAnswer(plainCard(WRITE_TO_ME)));
  logger.warn('teams: an answer could not be shown', { where: personal ? 'chat' : 'channel' });
}

function accountOf({ tenantId }: TypedParts, { from }: Activity): Account {
  return toAccount('teams', `${tenantId}/${from.aadObjectId ?? ''}`);
}

/** What was written beside our own name; null where our name is not in it. */
function lineOf({ text: written, entities, recipient }: Activity): string | null {
  const own = (entities ?? []).flatMap(({ type, mentioned, text: tag }) =>
    type === 'mention' && mentioned?.id === recipient.id && tag != null && tag !== '' ? [tag] : [],
  );
  if (own.length === 0) return null;
  let rest = written ?? '';
  for (const tag of own) rest = rest.split(tag).join(' ');
  return unescapeText(rest).trim();
}

/** Teams' way of writing what people typed, back to what they typed. */
function unescapeText(written: string): string {
  return written
    .replace(/&nbsp;|\u00a0/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}

const WRITE_TO_ME =
  'I answer only to you, and cannot write to you yet. Open a chat with this app, write anything to it, and ask again.';
