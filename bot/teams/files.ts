import type { Context } from '../app/context.ts';
import { type Answer, text } from '../commands/answer.ts';
import { type Account, toAccount } from '../core/identity.ts';
import type { Logger } from '../ports/logger.ts';
import { plain } from '../views/words.ts';
import { answerCard, plainCard } from './answer-card.ts';
import { asPerson, type Doors } from './caller.ts';
import type { Connector } from './connector.ts';
import type { Endpoints } from './endpoints.ts';
import { ANSWERS, toAnswer } from './messenger.ts';
import type { FileToOffer, Offers } from './offers.ts';
import { type Activity, FileConsent, type UploadInfo } from './schema.ts';
import { upload } from './upload.ts';

export interface FileParts extends Doors {
  readonly offers: Offers;
  readonly connector: Connector;
  readonly endpoints: Endpoints;
  readonly tenantId: string;
  readonly context: () => Context;
  readonly logger: Logger;
}

const ANSWER_WITHIN_MS = 10_000;
const CONSENT = 'application/vnd.microsoft.teams.card.file.consent';
const INFO = 'application/vnd.microsoft.teams.card.file.info';

/** Asks the one whom it is for whether they want it. Teams shows what this says with two buttons of its own. */
export function offerFile(offers: Offers, account: Account, file: FileToOffer): object {
  const offer = offers.make(account, file);
  if (offer === null) return toAnswer(plainCard('Too many files wait already. Try again in a few minutes.'));
  const { name, bytes, about } = file;
  const content = {
    description: plain(about),
    sizeInBytes: bytes.byteLength,
    acceptContext: { offer },
    declineContext: { offer },
  };
  return {
    type: 'message',
    summary: ANSWERS,
    attachments: [{ contentType: CONSENT, name, content }],
  };
}

/** One of those two buttons. The file goes to the account that it was offered to, and that asks anew who it is. */
export async function onFileConsent(parts: FileParts, activity: Activity): Promise<void> {
  // Teams offers files nowhere else.
  if (activity.conversation.conversationType !== 'personal') return;
  const read = FileConsent.safeParse(activity.value);
  if (!read.success) return tell(parts, activity, text(false, [[GONE]]));
  const { action, context, uploadInfo } = read.data;
  const account = toAccount('teams', `${parts.tenantId}/${activity.from.aadObjectId ?? ''}`);
  const asked = { activity, call: 'audit export', decides: true };
  const done = await asPerson(parts, asked, async (caller): Promise<Answer | Sending> => {
    const file = parts.offers.take(context.offer, account);
    if (file === null) return text(false, [[GONE]]);
    if (action === 'decline') return text(true, [['Nothing was sent.']]);
    // Whoever is none any more is refused by the desk, and that is on record.
    if (!parts.context().rulebook.auditors.has(caller.id)) return parts.desk.type(caller, 'audit export');
    return uploadInfo == null ? text(false, [[NOT_SENT]]) : { kind: 'sending', file, to: uploadInfo };
  });
  // Teams waits for an answer to its button only for some seconds, and an upload may take longer.
  if (done.kind === 'sending') void send(parts, activity, done);
  else await tell(parts, activity, done);
}

interface Sending {
  readonly kind: 'sending';
  readonly file: FileToOffer;
  readonly to: UploadInfo;
}

async function send(parts: FileParts, activity: Activity, { file, to }: Sending): Promise<void> {
  const sent = await upload(parts.endpoints, to.uploadUrl, file.bytes).catch(() => false);
  const words = sent ? text(true, [[`${file.name} was sent to your OneDrive.`]]) : text(false, [[NOT_SENT]]);
  if (!sent) parts.logger.error('teams: a file could not be sent');
  await tell(parts, activity, words);
  if (sent) await post(parts, activity, infoOf(file.name, to), null);
}

/** In the place of the question, so that it is not answered twice. */
async function tell(parts: FileParts, activity: Activity, answer: Answer): Promise<void> {
  const message = toAnswer(answerCard(answer));
  const { replyToId } = activity;
  if (replyToId != null && (await post(parts, activity, message, replyToId))) return;
  await post(parts, activity, message, null);
}

async function post(
  { connector, logger }: FileParts,
  { serviceUrl: service, conversation: { id: conversation } }: Activity,
  message: object,
  inPlaceOf: string | null,
): Promise<boolean> {
  const path = ['conversations', conversation, 'activities'];
  const said = await connector
    .call({
      service,
      conversation,
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      ...(inPlaceOf === null
        ? { method: 'POST', path, body: message }
        : { method: 'PUT', path: [...path, inPlaceOf], body: { ...message, id: inPlaceOf } }),
    })
    .catch(() => null);
  if (said?.ok !== true) logger.warn('teams: an answer could not be shown', { where: 'chat' });
  return said?.ok === true;
}

function infoOf(name: string, { contentUrl, uniqueId, fileType }: UploadInfo): object {
  const attachment = { contentType: INFO, contentUrl, name, content: { uniqueId, fileType } };
  return { type: 'message', summary: ANSWERS, attachments: [attachment] };
}

const GONE = 'This file is not offered any more, so nothing was sent. Write audit export again.';
const NOT_SENT =
  'The file could not be sent to your OneDrive. Nobody got it. Write audit export again, or run keyturn audit export.';
