import { holderOf } from '../app/account-holder.ts';
import type { Context, PersonCaller } from '../app/context.ts';
import { toAccount } from '../core/identity.ts';
import type { Connector } from './connector.ts';
import { type Activity, Member } from './schema.ts';

/** How long an answer about a person holds while they only look. A decision asks again. */
const FRESH_MS = 60_000;
const MOST_REMEMBERED = 5_000;
/** Teams gives up on a click after some seconds, and there is more to do than this. */
const ANSWER_WITHIN_MS = 2_500;

export type NoCaller = 'guest' | 'bot' | 'elsewhere' | 'unknown' | 'unlinked' | 'unavailable';
type Identified =
  | { readonly ok: true; readonly caller: PersonCaller }
  | { readonly ok: false; readonly why: NoCaller; readonly account: string };

export interface TeamsDirectory {
  /** `decides`: the person is looked up again, however lately that was done. */
  identify(activity: Activity, decides: boolean): Promise<Identified>;
}

export interface DirectoryParts {
  readonly connector: Connector;
  readonly tenantId: string;
  readonly context: () => Context;
  readonly now: () => number;
  /** The playground has a tenant of its own. */
  readonly playground: boolean;
}

/** Who did something: by tenant and object id, as the verified activity and Teams' own roster say it. */
export function teamsDirectory(parts: DirectoryParts): TeamsDirectory {
  const { connector, tenantId, context, now, playground } = parts;
  const remembered = new Map<string, { readonly member: Member; readonly at: number }>();

  /** Null when Teams cannot say; `missing` when it says that there is nobody. */
  const look = async (activity: Activity, decides: boolean): Promise<Member | 'missing' | null> => {
    const { from, serviceUrl } = activity;
    const conversation = rosterOf(activity);
    const key = `${conversation} ${from.id}`;
    const known = remembered.get(key);
    if (!decides && known !== undefined && now() - known.at < FRESH_MS) return known.member;
    const said = await connector
      .call({
        method: 'GET',
        service: serviceUrl,
        path: ['conversations', conversation, 'members', from.id],
        conversation: null,
        withinMs: ANSWER_WITHIN_MS,
      })
      .catch(() => null);
    if (said === null) return null;
    if (!said.ok) return 'status' in said && GONE.has(said.status) ? 'missing' : null;
    const read = Member.safeParse(said.data);
    if (!read.success || read.data.id !== from.id) return null;
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    remembered.set(key, { member: read.data, at: now() });
    return read.data;
  };

  return {
    async identify(activity, decides) {
      const { from } = activity;
      const object = from.aadObjectId ?? '';
      const account = toAccount('teams', `${tenantId}/${object}`);
      const no = (why: NoCaller): Identified => ({ ok: false, why, account });
      if (from.id.startsWith('28:')) return no('bot');
      if (object === '') return no('unknown');
      const member = await look(activity, decides);
      if (member === null) return no('unavailable');
      if (member === 'missing') return no('unknown');
      const refused = refuseMember(member, object, tenantId, playground);
      if (refused !== null) return no(refused);
      const caller = holderOf(context(), account, { via: 'teams', proof: 'signature' });
      return 'ok' in caller ? no('unlinked') : { ok: true, caller };
    },
  };
}

const GONE: ReadonlySet<number> = new Set([403, 404]);

/** A thread's roster is its channel's. */
function rosterOf({ conversation }: Activity): string {
  return channelOfConversation(conversation.id);
}

export function channelOfConversation(id: string): string {
  return id.replace(/;messageid=[0-9]+$/, '');
}

/** Everybody who is not a full member of this tenant, by Teams' own word. What it does not say refuses. */
function refuseMember(
  { aadObjectId, objectId, tenantId, userRole }: Member,
  object: string,
  own: string,
  playground: boolean,
): NoCaller | null {
  if ((aadObjectId ?? objectId) !== object) return 'unknown';
  // It says a role of everybody, and a tenant that nobody made up for it.
  if (!playground && tenantId !== own) return 'elsewhere';
  if (userRole === 'guest' || userRole === 'anonymous') return 'guest';
  return userRole === 'user' || userRole === 'owner' || userRole === 'admin' ? null : 'unavailable';
}

/** What the clicker is told. Each says what to do. */
export const NO_CALLER: Readonly<Record<NoCaller, string>> = {
  guest: 'Guest accounts cannot decide or look here, whoever they belong to. Ask for a full account.',
  bot: 'Bots cannot decide or look here. A person must, with their own account.',
  elsewhere:
    'Only members of this organisation can decide or look here, and you are from another one. Use an account of this one.',
  unknown:
    'Teams knows no such member here, so nothing was done. Join the team or chat first, then try once more.',
  unlinked:
    'Your Teams account belongs to no person in the policy. Ask an administrator to add it, or for a code, and write to this app alone: link CODE. An e-mail address is never enough.',
  unavailable: 'Teams cannot say who you are at the moment, so nothing was done. Try again in a minute.',
};
