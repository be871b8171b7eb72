import type { PersonCaller } from '../app/context.ts';
import type { PersonId } from '../core/request.ts';
import type { Person } from '../ports/rulebook.ts';
import { SlackUser } from './schema.ts';
import type { SlackApi } from './web-api.ts';

/** How long an answer of Slack's about a person holds while they only look. A decision asks again. */
const FRESH_MS = 60_000;
const MOST_REMEMBERED = 5_000;

/** Who did something, as the verified request says it. A name or an e-mail address is never asked for. */
export interface Account {
  readonly user: string;
  /** The team the person belongs to, where the request says it. */
  readonly team: string | null;
}

export type NoCaller = 'guest' | 'bot' | 'deactivated' | 'elsewhere' | 'unknown' | 'unlinked' | 'unavailable';
type Identified =
  | { readonly ok: true; readonly caller: PersonCaller }
  | { readonly ok: false; readonly why: NoCaller; readonly account: string };

export interface People {
  /** The person with this account, `TEAM/USER`, or null. */
  personWith(account: string): Person | null;
  accountOf(person: PersonId): string | null;
  isAuditor(person: PersonId): boolean;
}

export interface SlackDirectory {
  /** `decides`: the person is looked up again, however lately that was done. */
  identify(account: Account, decides: boolean): Promise<Identified>;
  /** The workspace that this app is installed in, or null while Slack cannot say. */
  team(): Promise<string | null>;
}

export function slackDirectory(api: SlackApi, people: People, now: () => number): SlackDirectory {
  const remembered = new Map<string, { readonly user: SlackUser; readonly at: number }>();
  const asking = new Map<string, Promise<SlackUser | 'missing' | null>>();
  let ownTeam: string | null = null;

  const team = async (): Promise<string | null> => {
    if (ownTeam !== null) return ownTeam;
    const said = await api.call('auth.test', {}).catch(() => null);
    if (said?.ok === true && typeof said.data['team_id'] === 'string') ownTeam = said.data['team_id'];
    return ownTeam;
  };

  /** Null when Slack cannot say; `missing` when it says that there is nobody. */
  const look = async (id: string, decides: boolean): Promise<SlackUser | 'missing' | null> => {
    const known = remembered.get(id);
    if (!decides && known !== undefined && now() - known.at < FRESH_MS) return known.user;
    // A hundred clicks of one person are one question.
    const asked = asking.get(id) ?? ask(id).finally(() => asking.delete(id));
    asking.set(id, asked);
    return asked;
  };

  const ask = async (id: string): Promise<SlackUser | 'missing' | null> => {
    const said = await api.call('users.info', { user: id }).catch(() => null);
    if (said === null) return null;
    if (!said.ok) return 'error' in said && GONE.has(said.error) ? 'missing' : null;
    const user = SlackUser.safeParse(said.data['user']);
    if (!user.success || user.data.id !== id) return null;
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    remembered.set(id, { user: user.data, at: now() });
    return user.data;
  };

  return {
    team,
    async identify({ user: id, team: claimed }, decides) {
      const own = await team();
      const account = `${claimed ?? own ?? 'unknown'}/${id}`;
      const no = (why: NoCaller): Identified => ({ ok: false, why, account });
      if (own === null) return no('unavailable');
      if (claimed !== null && claimed !== own) return no('elsewhere');
      const user = await look(id, decides);
      if (user === null) return no('unavailable');
      if (user === 'missing') return no('unknown');
      const refused = refuseUser(user, own);
      if (refused !== null) return no(refused);
      const person = people.personWith(`${own}/${id}`);
      if (person === null) return no('unlinked');
      const roles = people.isAuditor(person.id) ? [...person.groups, 'auditor'] : person.groups;
      const actor = {
        kind: 'person',
        person: person.id,
        via: 'slack',
        account: `slack:${own}/${id}`,
        verifiedBy: 'signature',
        roles,
      } as const;
      return { ok: true, caller: { actor, id: person.id, key: person.key } };
    },
  };
}

const GONE: ReadonlySet<string> = new Set(['user_not_found', 'user_not_visible', 'users_not_found']);

/** Everybody who is not a full member of this workspace, by Slack's own word. */
function refuseUser(user: SlackUser, own: string): NoCaller | null {
  if (user.team_id !== own || user.is_stranger === true) return 'elsewhere';
  if (user.deleted) return 'deactivated';
  if (user.is_bot) return 'bot';
  if (user.is_restricted || user.is_ultra_restricted) return 'guest';
  return null;
}

/** What the clicker is told. Each says what to do. */
export const NO_CALLER: Readonly<Record<NoCaller, string>> = {
  guest: 'Guest accounts cannot decide or look here, whoever they belong to. Ask for a full account.',
  bot: 'Bots cannot decide or look here. A person must, with their own account.',
  deactivated: 'This Slack account is deactivated, so nothing was done. Use one that is active.',
  elsewhere:
    'Only members of this workspace can decide or look here, and you are from another one. Use an account of this one.',
  unknown: 'Slack knows no such account, so nothing was done. Sign in to Slack again, then try once more.',
  unlinked:
    'Your Slack account belongs to no person in the policy. Ask an administrator to add it, or for a code, and type: /keyturn link CODE. An e-mail address is never enough.',
  unavailable: 'Slack cannot say who you are at the moment, so nothing was done. Try again in a minute.',
};
