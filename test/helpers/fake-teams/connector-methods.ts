import { activityErrors, FILE_CONSENT, FILE_INFO } from './check-activity.ts';
import { BOT, CHANNEL, TENANT, type TeamsWorld } from './world.ts';

export interface Said {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

// biome-ignore lint/suspicious/noExplicitAny: whatever the bot wrote
type Any = any;

/** What stands behind the Bot Connector: one call, below `/v3/`. */
export type ConnectorMethods = (method: string, parts: readonly string[], body: Any) => Said | Promise<Said>;

const no = (status: number, code: string, message = ''): Said => ({
  status,
  body: { error: { code, message } },
});

/** What Teams would say to a message that it does not take. */
export function checked(activity: Any): Said | null {
  const errors = activityErrors(activity);
  if (errors.length === 0) return null;
  return errors.some((one) => /bytes/.test(one))
    ? no(413, 'MessageSizeTooBig', errors.join('; '))
    : no(400, 'BadSyntax', errors.join('; '));
}

/** The Bot Connector's own interface, with nothing but this world behind it. */
export function connectorMethods(world: TeamsWorld): ConnectorMethods {
  const reachable = (conversation: string): Said | null => {
    const place = conversation.replace(/;messageid=.*$/, '');
    if (place.startsWith('19:')) {
      if (!/@thread\.(tacv2|v2)$/.test(place) || world.deletedPlaces.has(place))
        return no(404, 'ConversationNotFound');
      return world.installed.has(place) ? null : no(403, 'BotNotInConversationRoster');
    }
    const owner = [...world.chats].find(([, chat]) => chat === place)?.[0];
    if (owner === undefined) return no(404, 'ConversationNotFound');
    return world.blocking.has(owner) ? no(403, 'ConversationBlockedByUser') : null;
  };

  const createConversation = (body: Any): Said => {
    if (body?.bot?.id !== BOT || body?.tenantId !== TENANT) return no(400, 'BadArgument');
    if (body.channelData?.tenant?.id !== TENANT) return no(400, 'BadArgument');
    if (body.isGroup === true) {
      const channel = String(body.channelData?.channel?.id);
      const refused =
        reachable(channel) ??
        (channel.endsWith('@thread.tacv2') ? null : no(400, 'BadArgument')) ??
        checked(body.activity);
      if (refused !== null) return refused;
      const id = world.nextId();
      world.add(`${channel};messageid=${id}`, id, body.activity);
      return { status: 201, body: { id: `${channel};messageid=${id}`, activityId: id } };
    }
    const user = [...world.users.values()].find(({ oid, id }) => [oid, id].includes(body.members?.[0]?.id));
    if (user === undefined || user.deactivated === true) return no(404, 'UserNotFound');
    if (world.blocking.has(user.oid)) return no(403, 'ConversationBlockedByUser');
    return { status: 201, body: { id: world.chatWith(user.oid) } };
  };

  /** Files are for a chat with one person. */
  const placed = (conversation: string, activity: Any): Said | null =>
    conversation.startsWith('19:') &&
    activity.attachments?.some(({ contentType }: Any) => [FILE_CONSENT, FILE_INFO].includes(contentType))
      ? no(400, 'BadSyntax', 'a file in a place of many')
      : null;

  const post = (conversation: string, activity: Any): Said => {
    const refused = reachable(conversation) ?? checked(activity) ?? placed(conversation, activity);
    if (refused !== null) return refused;
    const id = world.nextId();
    world.add(conversation, id, activity);
    return { status: 201, body: { id } };
  };

  const update = (conversation: string, id: string, activity: Any): Said => {
    const refused = reachable(conversation) ?? checked(activity);
    if (refused !== null) return refused;
    const message = world.messages.find((one) => one.conversation === conversation && one.id === id);
    if (message === undefined || message.deleted) return no(404, 'ActivityNotFoundInConversation');
    message.past.push(message.activity);
    message.activity = activity;
    return { status: 200, body: { id } };
  };

  const member = (conversation: string, who: string): Said => {
    const refused = conversation === CHANNEL ? null : reachable(conversation);
    if (refused !== null) return refused;
    const user = [...world.users.values()].find(({ id, oid }) => [id, oid].includes(who));
    const owner = [...world.chats].find(([, chat]) => chat === conversation)?.[0];
    const isThere = user !== undefined && (owner === undefined || owner === user.oid);
    if (!isThere || user.deactivated === true) return no(404, 'MemberNotFoundInConversation');
    const { id, oid, name, userRole, tenantId } = user;
    return { status: 200, body: { id, name, aadObjectId: oid, objectId: oid, tenantId, userRole } };
  };

  return (method, parts, body) => {
    const [first, conversation = '', what, id = ''] = parts;
    if (first !== 'conversations') return no(404, 'NotFound');
    if (method === 'POST' && parts.length === 1) return createConversation(body);
    if (method === 'POST' && what === 'activities' && parts.length === 3) return post(conversation, body);
    if (method === 'PUT' && what === 'activities' && parts.length === 4)
      return update(conversation, id, body);
    if (method === 'GET' && what === 'members' && parts.length === 4) return member(conversation, id);
    return no(405, 'MethodNotAllowed');
  };
}
