import { Changes } from '../fake-slack/changes.ts';
import { Uploads } from './uploads.ts';

export const TENANT = '11111111-2222-3333-4444-555555555555';
export const APP_ID = '99999999-8888-7777-6666-555555555555';
export const CHANNEL = '19:approvals0123456789abcdef@thread.tacv2';
export const GROUP_CHAT = '19:group0123456789abcdef@thread.v2';
export const BOT = `28:${APP_ID}`;

export interface TeamsUser {
  /** Unique for this bot: `29:…`. */
  readonly id: string;
  readonly oid: string;
  readonly name: string;
  readonly userRole: string;
  readonly tenantId: string;
  readonly deactivated?: boolean;
}

export interface TeamsMessage {
  /** For a channel, the thread: `19:…;messageid=N`. */
  readonly conversation: string;
  readonly id: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the bot wrote
  activity: any;
  deleted: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: as it stood before each edit
  readonly past: any[];
}

/** What one tenant holds: people, conversations, messages. */
export class TeamsWorld {
  readonly changes = new Changes();
  /** What stands in people's OneDrive. */
  readonly uploads = new Uploads();
  readonly users = new Map<string, TeamsUser>();
  readonly messages: TeamsMessage[] = [];
  /** Personal chats, by the person's object id. */
  readonly chats = new Map<string, string>();
  /** Channels and chats that the app was added to. */
  readonly installed = new Set([CHANNEL, GROUP_CHAT]);
  /** Channels that somebody deleted. */
  readonly deletedPlaces = new Set<string>();
  /** Groups of Entra, by object id: object ids of people, and whatever else is in one. Null: no right to read it. */
  readonly groups = new Map<string, readonly { readonly type: string; readonly id: string }[] | null>();
  /** What Graph names as the next page, where it does not name its own. */
  nextPage: string | null = null;
  /** People who block the app. */
  readonly blocking = new Set<string>();
  #next = 1_700_000_000_000;

  nextId(): string {
    this.#next += 1;
    return String(this.#next);
  }

  user(who: string): TeamsUser {
    const found = [...this.users.values()].find(({ id, oid, name }) => [id, oid, name].includes(who));
    if (found === undefined) throw new Error(`nobody is called ${who}`);
    return found;
  }

  change(who: string, change: Partial<TeamsUser>): void {
    const user = this.user(who);
    this.users.set(user.id, { ...user, ...change });
  }

  chatWith(oid: string): string {
    const known = this.chats.get(oid) ?? `a:1chat-${oid}`;
    this.chats.set(oid, known);
    return known;
  }

  /** What stands in a conversation; in a channel, the first message of each thread. */
  standing(conversation: string): readonly TeamsMessage[] {
    return this.messages.filter((one) => {
      if (one.deleted) return false;
      return one.conversation === conversation || one.conversation === `${conversation};messageid=${one.id}`;
    });
  }

  /** The replies under a channel's message. */
  replies(message: TeamsMessage): readonly TeamsMessage[] {
    return this.messages.filter(
      (one) => !one.deleted && one.conversation === message.conversation && one.id !== message.id,
    );
  }

  add(conversation: string, id: string, activity: unknown): TeamsMessage {
    const message: TeamsMessage = { conversation, id, activity, deleted: false, past: [] };
    this.messages.push(message);
    return message;
  }
}
