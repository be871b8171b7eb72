import { type Method, SlackError } from './call.ts';
import { toWire } from './chat-methods.ts';
import type { Fields } from './shapes.ts';
import { APP_ID, BOT_ID, BOT_USER, type SlackUser, type SlackWorld, TEAM } from './world.ts';

/** Who somebody is, which groups they are in, and where to write to them. */
export function peopleMethods(world: SlackWorld): Readonly<Record<string, Method>> {
  return {
    'auth.test': () => ({
      url: 'https://fake.slack.test/',
      team: 'Fake',
      user: 'keyturn',
      team_id: TEAM,
      user_id: BOT_USER,
      bot_id: BOT_ID,
      app_id: APP_ID,
      is_enterprise_install: false,
    }),

    'users.info': (args) => {
      const user = world.users.get(args.required('user'));
      if (user === undefined) throw new SlackError('user_not_found');
      return { user: userToWire(user) };
    },

    'usergroups.users.list': (args) => {
      const users = world.userGroups.get(args.required('usergroup'));
      if (users === undefined) throw new SlackError('no_such_subteam');
      return { users };
    },

    'conversations.open': (args) => {
      const user = world.users.get(args.required('users'));
      if (user === undefined) throw new SlackError('user_not_found');
      if (user.deleted) throw new SlackError('user_disabled');
      if (user.is_bot) throw new SlackError('cannot_dm_bot');
      return { channel: { id: world.direct(user.id).id } };
    },

    'conversations.info': (args) => {
      const channel = world.channels.get(args.required('channel'));
      if (channel === undefined) throw new SlackError('channel_not_found');
      const { id, name, isDirect, isArchived, members } = channel;
      return {
        channel: { id, name, is_im: isDirect, is_archived: isArchived, is_member: members.has(BOT_USER) },
      };
    },

    'conversations.history': (args) => {
      const channel = world.channels.get(args.required('channel'));
      if (channel === undefined) throw new SlackError('channel_not_found');
      if (!channel.members.has(BOT_USER)) throw new SlackError('not_in_channel');
      const messages = world.messages.filter((one) => one.channel === channel.id && !one.deleted).reverse();
      return { messages: messages.slice(0, 100).map(toWire), has_more: messages.length > 100 };
    },
  };
}

/** A plain user of the own workspace has no `is_stranger`; Slack sends it for people from elsewhere only. */
function userToWire({ is_stranger, ...user }: SlackUser): Fields {
  return { ...user, ...(is_stranger ? { is_stranger } : {}), profile: { real_name: user.real_name } };
}
