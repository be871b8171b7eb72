import { type Args, type Method, refuseErrors, SlackError } from './call.ts';
import { blockErrors, blocksSize } from './check-blocks.ts';
import { LIMITS } from './limits.ts';
import { type Fields, isFields } from './shapes.ts';
import { BOT_ID, BOT_USER, type SlackChannel, type SlackMessage, type SlackWorld, TEAM } from './world.ts';

/** `chat.*`: what may be said, where, and by which key it is known again. */
export function chatMethods(
  world: SlackWorld,
  /** Kinds of block that this Slack refuses today. */
  refusedKinds: ReadonlySet<string>,
): Readonly<Record<string, Method>> {
  const readContent = (args: Args) => {
    const content = readAnyContent(args);
    if (refusedKinds.has('text') && content.blocks.length === 0) throw new SlackError('msg_too_long');
    const bad = content.blocks.findIndex(({ type }) => refusedKinds.has(String(type)));
    if (bad !== -1) refuseErrors('invalid_blocks', [`unsupported type [json-pointer:/blocks/${bad}/type]`]);
    return content;
  };
  return {
    'chat.postMessage': (args) => {
      const channel = writable(world, args.required('channel'));
      const content = readContent(args);
      const threadTs = args.text('thread_ts');
      if (threadTs !== null && world.message(channel.id, threadTs) === undefined)
        throw new SlackError('thread_not_found');
      const clientMsgId = args.text('client_msg_id');
      // Slack answers a repeated key with the message that has it, and posts nothing.
      const same = clientMsgId === null ? undefined : byClientMsgId(world, clientMsgId);
      if (same !== undefined && same.channel !== channel.id)
        throw new SlackError('duplicate_channel_not_found');
      if (same?.deleted) throw new SlackError('duplicate_message_not_found');
      const message = same ?? {
        channel: channel.id,
        ts: world.nextTs(),
        threadTs,
        by: BOT_USER,
        ...content,
        metadata: readMetadata(args),
        clientMsgId,
        unfurl: { links: args.flag('unfurl_links') ?? true, media: args.flag('unfurl_media') ?? true },
        files: [],
        edits: 0,
        past: [],
        deleted: false,
      };
      if (same === undefined) world.messages.push(message);
      return { channel: channel.id, ts: message.ts, message: toWire(message) };
    },

    'chat.update': (args) => {
      const message = own(world, args);
      // An empty list takes away the blocks that stand there.
      const clears = args.text('text') !== null && isEmptyList(args.json('blocks', 'invalid_blocks_format'));
      const content = clears ? { text: args.text('text') ?? '', blocks: [] } : readContent(args);
      message.past.push(message.blocks);
      message.text = content.text;
      message.blocks = content.blocks;
      message.edits += 1;
      return { channel: message.channel, ts: message.ts, text: message.text, message: toWire(message) };
    },

    'chat.delete': (args) => {
      const message = own(world, args);
      message.deleted = true;
      return { channel: message.channel, ts: message.ts };
    },

    'chat.postEphemeral': (args) => {
      const channel = writable(world, args.required('channel'));
      const to = args.required('user');
      if (!channel.members.has(to)) throw new SlackError('user_not_in_channel');
      const threadTs = args.text('thread_ts');
      world.ephemerals.push({
        to,
        channel: channel.id,
        threadTs,
        by: 'chat.postEphemeral',
        ...readContent(args),
      });
      return { message_ts: world.nextTs() };
    },
  };
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function byClientMsgId(world: SlackWorld, key: string): SlackMessage | undefined {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(key)) throw new SlackError('invalid_client_msg_id');
  return world.messages.find((one) => one.clientMsgId === key);
}

function writable(world: SlackWorld, idOrName: string): SlackChannel {
  const channel = world.users.has(idOrName) ? world.direct(idOrName) : world.channel(idOrName);
  if (channel === undefined) throw new SlackError('channel_not_found');
  if (channel.isArchived) throw new SlackError('is_archived');
  if (!channel.members.has(BOT_USER)) throw new SlackError('not_in_channel');
  return channel;
}

/** An update takes ids only: a name would be another channel after a rename. */
function own(world: SlackWorld, args: Args): SlackMessage {
  const channel = world.channels.get(args.required('channel'));
  if (channel === undefined) throw new SlackError('channel_not_found');
  const message = world.message(channel.id, args.required('ts'));
  if (message === undefined) throw new SlackError('message_not_found');
  if (message.by !== BOT_USER) throw new SlackError('cant_update_message');
  return message;
}

/** Also for what goes to a `response_url`, and for the answer to a slash command. */
export function readAnyContent(args: Args): { readonly text: string; readonly blocks: readonly Fields[] } {
  const blocks = args.json('blocks', 'invalid_blocks_format');
  const text = args.text('text') ?? '';
  if (blocks === null && text === '') throw new SlackError('no_text');
  if (text.length > LIMITS.messageText) throw new SlackError('msg_too_long');
  if (blocks === null) return { text, blocks: [] };
  if (!Array.isArray(blocks)) throw new SlackError('invalid_blocks_format');
  refuseErrors('invalid_blocks', blockErrors(blocks, '/blocks', LIMITS.blocksInMessage));
  if (blocksSize(blocks) > LIMITS.blocksJson) throw new SlackError('msg_blocks_too_long');
  return { text, blocks: blocks as readonly Fields[] };
}

function readMetadata(args: Args): Fields | null {
  const metadata = args.object('metadata', 'invalid_metadata_format');
  if (metadata === null) return null;
  if (typeof metadata['event_type'] !== 'string' || !isFields(metadata['event_payload']))
    throw new SlackError('invalid_metadata_format');
  if (JSON.stringify(metadata).length > 8_000) throw new SlackError('metadata_too_large');
  return metadata;
}

export function toWire(message: SlackMessage): Fields {
  return {
    type: 'message',
    user: message.by,
    bot_id: BOT_ID,
    team: TEAM,
    ts: message.ts,
    text: message.text,
    blocks: message.blocks,
    ...(message.threadTs === null ? {} : { thread_ts: message.threadTs }),
    ...(message.edits === 0 ? {} : { edited: { user: message.by, ts: message.ts } }),
  };
}
