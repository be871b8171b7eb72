import type { Fields } from './shapes.ts';

export interface SlackUser {
  readonly id: string;
  readonly team_id: string;
  readonly name: string;
  readonly real_name: string;
  readonly deleted: boolean;
  readonly is_bot: boolean;
  readonly is_restricted: boolean;
  readonly is_ultra_restricted: boolean;
  readonly is_stranger: boolean;
}

export interface SlackChannel {
  readonly id: string;
  readonly name: string;
  readonly members: Set<string>;
  readonly isDirect: boolean;
  isArchived: boolean;
}

export interface SlackMessage {
  readonly channel: string;
  readonly ts: string;
  readonly threadTs: string | null;
  readonly by: string;
  text: string;
  blocks: readonly Fields[];
  readonly metadata: Fields | null;
  readonly clientMsgId: string | null;
  readonly unfurl: { readonly links: boolean; readonly media: boolean };
  readonly files: readonly SlackFile[];
  edits: number;
  /** What stood there before, oldest first: somebody may still have it on their screen. */
  readonly past: (readonly Fields[])[];
  deleted: boolean;
}

/** What only one person sees. */
export interface Ephemeral {
  readonly to: string;
  readonly channel: string;
  readonly threadTs: string | null;
  readonly text: string;
  readonly blocks: readonly Fields[];
  readonly by: 'chat.postEphemeral' | 'response_url' | 'ack';
}

export interface SlackFile {
  readonly id: string;
  readonly name: string;
  readonly bytes: Buffer;
}

export const TEAM = 'T01';
export const BOT_USER = 'U0BOT';
export const BOT_ID = 'B01';
export const APP_ID = 'A01';

const PLAIN = {
  team_id: TEAM,
  deleted: false,
  is_bot: false,
  is_restricted: false,
  is_ultra_restricted: false,
  is_stranger: false,
};

function user(id: string, name: string, changes: Partial<SlackUser> = {}): SlackUser {
  return { ...PLAIN, id, name, real_name: `${name[0]?.toUpperCase()}${name.slice(1)}`, ...changes };
}

/** One workspace with every sort of user that Slack knows. The first five are people of the policy. */
const USERS: readonly SlackUser[] = [
  user('U01', 'alice'),
  user('U02', 'bob'),
  user('U03', 'carol'),
  user('U04', 'dora'),
  user('U05', 'eve'),
  user('U10', 'mallory'),
  user('U11', 'guest', { is_restricted: true }),
  user('U12', 'single', { is_restricted: true, is_ultra_restricted: true }),
  user('U13', 'gone', { deleted: true }),
  user('U14', 'robot', { is_bot: true }),
  user('U15', 'connect', { team_id: 'T99', is_stranger: true }),
  user('U16', 'elsewhere', { team_id: 'T99' }),
  user(BOT_USER, 'keyturn', { is_bot: true }),
];

export class SlackWorld {
  readonly users = new Map(USERS.map((one) => [one.id, one]));
  readonly channels = new Map<string, SlackChannel>();
  readonly userGroups = new Map<string, readonly string[]>();
  readonly messages: SlackMessage[] = [];
  readonly ephemerals: Ephemeral[] = [];
  readonly files: SlackFile[] = [];
  readonly #now: () => number;
  #lastTs = 0;

  constructor(now: () => number) {
    this.#now = now;
    this.addChannel('C01', 'approvals');
    this.addChannel('C02', 'db-approvals');
    this.addChannel('C03', 'security');
    this.addChannel('C04', 'incidents');
    // A channel that the app was never invited to.
    this.addChannel(
      'C09',
      'private',
      USERS.filter(({ id }) => id !== BOT_USER).map(({ id }) => id),
    );
  }

  addChannel(id: string, name: string, members: readonly string[] = USERS.map((one) => one.id)): void {
    this.channels.set(id, { id, name, members: new Set(members), isDirect: false, isArchived: false });
  }

  /** By id or by name with or without the hash, as `chat.postMessage` takes it. */
  channel(idOrName: string): SlackChannel | undefined {
    const name = idOrName.replace(/^#/, '');
    return this.channels.get(idOrName) ?? [...this.channels.values()].find((one) => one.name === name);
  }

  direct(userId: string): SlackChannel {
    const id = `D${userId.slice(1)}`;
    const known = this.channels.get(id);
    if (known !== undefined) return known;
    const opened = { id, name: id, members: new Set([userId, BOT_USER]), isDirect: true, isArchived: false };
    this.channels.set(id, opened);
    return opened;
  }

  changeUser(id: string, changes: Partial<SlackUser>): void {
    const known = this.users.get(id);
    if (known !== undefined) this.users.set(id, { ...known, ...changes });
  }

  /** Unique in the workspace and growing, as in Slack. */
  nextTs(): string {
    this.#lastTs = Math.max(this.#lastTs + 1, Math.floor(this.#now() * 1000));
    return `${Math.floor(this.#lastTs / 1_000_000)}.${String(this.#lastTs % 1_000_000).padStart(6, '0')}`;
  }

  message(channel: string, ts: string): SlackMessage | undefined {
    return this.messages.find((one) => one.channel === channel && one.ts === ts && !one.deleted);
  }
}
