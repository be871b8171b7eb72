import { createRequire } from 'node:module';
import type * as Library from 'adaptivecards';

const { AdaptiveCard, SerializationContext } = createRequire(import.meta.url)(
  'adaptivecards/dist/adaptivecards.js',
) as typeof Library;

const MOST_MESSAGE_BYTES = 28 * 1024;
const MOST_CARD_BYTES = 20 * 1024;
const MOST_ACTIONS = 6;
export const FILE_CONSENT = 'application/vnd.microsoft.teams.card.file.consent';
export const FILE_INFO = 'application/vnd.microsoft.teams.card.file.info';
const ADAPTIVE = 'application/vnd.microsoft.card.adaptive';

// biome-ignore lint/suspicious/noExplicitAny: hostile on purpose, whatever the bot wrote
type Any = any;

/** What Teams would not take of a message, or would show wrongly. Empty when it is as it must be. */
export function activityErrors(activity: Any): readonly string[] {
  const bytes = Buffer.byteLength(JSON.stringify(activity));
  if (activity?.type !== 'message') return ['type must be message'];
  const attachments: Any[] = activity.attachments ?? [];
  return [
    ...(bytes > MOST_MESSAGE_BYTES ? [`the message has ${bytes} bytes`] : []),
    ...(attachments.length === 0 && !activity.text ? ['there is nothing in it'] : []),
    ...attachments.flatMap(attachmentErrors),
  ];
}

/** Teams has two cards of its own for files. They stand in a chat with one person; see `connector-methods`. */
function attachmentErrors({ contentType, content, name, contentUrl }: Any): readonly string[] {
  if (contentType === ADAPTIVE) return cardErrors(content);
  const isNamed = typeof name === 'string' && /^[^\\/:*?"<>|#%]{1,200}$/.test(name);
  if (contentType === FILE_CONSENT) {
    const { description, sizeInBytes, acceptContext, declineContext } = content ?? {};
    return [
      ...(isNamed ? [] : [`a file cannot be called ${name}`]),
      ...(typeof description === 'string' && description.length <= 1_000 ? [] : ['no description']),
      ...(Number.isInteger(sizeInBytes) && sizeInBytes > 0 ? [] : [`${sizeInBytes} bytes`]),
      ...(typeof acceptContext === 'object' && typeof declineContext === 'object' ? [] : ['no context']),
    ];
  }
  if (contentType === FILE_INFO)
    return isNamed && URL.canParse(contentUrl) && content?.uniqueId ? [] : ['no such file'];
  return [`no such attachment here: ${contentType}`];
}

export function cardErrors(card: Any): readonly string[] {
  const bytes = Buffer.byteLength(JSON.stringify(card));
  const context = new SerializationContext();
  const parsed = new AdaptiveCard();
  parsed.parse(card, context);
  const invalid = parsed.validateProperties().validationEvents;
  const events = Array.from({ length: context.eventCount }, (_none, index) => context.getEventAt(index));
  return [
    ...(bytes > MOST_CARD_BYTES ? [`the card has ${bytes} bytes`] : []),
    ...(['1.5', '1.4', '1.3', '1.2'].includes(card?.version) ? [] : [`version ${card?.version}`]),
    ...[...invalid, ...events].map(({ message }) => message),
    ...nodes(card).flatMap(nodeErrors),
    ...doubled(
      nodes(card).flatMap(({ type, id }) => (String(type).startsWith('Input.') ? [String(id)] : [])),
    ),
  ];
}

function nodeErrors(node: Any): readonly string[] {
  if (node.type === 'ActionSet') {
    const shown = (node.actions ?? []).filter(({ mode }: Any) => mode !== 'secondary').length;
    return shown > MOST_ACTIONS ? [`${shown} buttons in a row`] : [];
  }
  return node.type === 'Action.OpenUrl' ? ['an address to open'] : [];
}

function doubled(ids: readonly string[]): readonly string[] {
  return ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `two inputs are called ${id}`);
}

export function nodes(value: Any): readonly Any[] {
  if (Array.isArray(value)) return value.flatMap(nodes);
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(nodes);
  return typeof value.type === 'string' ? [value, ...inner] : inner;
}
