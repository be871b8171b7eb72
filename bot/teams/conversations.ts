import type { Context } from '../app/context.ts';
import { rememberReference } from '../app/remember-reference.ts';
import { type Account, toAccount } from '../core/identity.ts';
import type { Called, Connector } from './connector.ts';
import { channelOfConversation } from './directory.ts';
import type { Endpoints } from './endpoints.ts';
import { type Activity, Resource } from './schema.ts';
import type { TeamsSettings } from './settings.ts';

const FACE = 'teams';
/** Where the tenant as a whole was last heard from. */
const TENANT = 'tenant';

type Direct = { readonly ok: true; readonly conversation: string } | Exclude<Called, { readonly ok: true }>;

/** How places and people are reached. It is stored, so that a restart forgets nobody. */
export interface Conversations {
  serviceOf(subject: string): string;
  /** A new thread in a channel, begun by this message. */
  startThread(channel: string, activity: object, signal: AbortSignal): Promise<Called>;
  /** The chat with this person alone. It is opened where there is none. */
  directWith(account: Account, signal: AbortSignal): Promise<Direct>;
  /** A verified activity came in: whoever sent it is reached by the same way. */
  learn(activity: Activity): Promise<void>;
}

export function teamsConversations(
  connector: Connector,
  endpoints: Endpoints,
  { appId, tenantId }: TeamsSettings,
  context: () => Context,
): Conversations {
  const known = (subject: string) => context().store.committed.reference(FACE, subject);
  const bot = botOf(appId);
  const serviceOf = (subject: string) =>
    known(subject)?.service ?? known(TENANT)?.service ?? endpoints.service;
  const open = (service: string, body: object, conversation: string, signal: AbortSignal) =>
    connector.call({ method: 'POST', service, path: ['conversations'], body, conversation, signal });

  return {
    serviceOf,
    startThread(channel, activity, signal) {
      const channelData = { tenant: { id: tenantId }, channel: { id: channel } };
      const body = { isGroup: true, bot, tenantId, channelData, activity };
      return open(serviceOf(channel), body, channel, signal);
    },
    async directWith(account, signal) {
      const before = known(account);
      if (before !== null) return { ok: true, conversation: before.conversation };
      const service = serviceOf(account);
      const object = account.slice(account.lastIndexOf('/') + 1);
      const said = await open(service, chatWith(object, appId, tenantId), account, signal);
      if (!said.ok) return said;
      const { id } = Resource.parse(said.data);
      await rememberReference(context(), FACE, account, { service, conversation: id });
      return { ok: true, conversation: id };
    },
    async learn({ serviceUrl: service, conversation, from }) {
      const id = channelOfConversation(conversation.id);
      const remember = (subject: string) =>
        rememberReference(context(), FACE, subject, { service, conversation: id });
      await rememberReference(context(), FACE, TENANT, { service, conversation: '' });
      if (conversation.conversationType !== 'personal') await remember(id);
      else if (from.aadObjectId != null)
        await remember(toAccount('teams', `${tenantId}/${from.aadObjectId}`));
    },
  };
}

function botOf(appId: string) {
  return { id: `28:${appId}` };
}

/** What opens the chat with one person, by object id. Where there is one already, it is that one. */
export function chatWith(object: string, appId: string, tenantId: string): object {
  return {
    isGroup: false,
    bot: botOf(appId),
    members: [{ id: object }],
    tenantId,
    channelData: { tenant: { id: tenantId } },
  };
}
