import type { Delivered, Wire } from './delivered.ts';
import { cardOf, findButton } from './read-card.ts';
import { BOT, CHANNEL, TENANT, type TeamsMessage, type TeamsUser } from './world.ts';

let activities = 0;

/** Somebody who uses Teams: what their client sends, through the Bot Connector. */
export class TeamsPerson {
  readonly #teams: Wire;
  readonly user: TeamsUser;

  constructor(teams: Wire, user: TeamsUser) {
    this.#teams = teams;
    this.user = user;
  }

  get chat(): string {
    return this.#teams.world.chatWith(this.user.oid);
  }

  /** What every activity of theirs has. */
  activity(conversation: string, more: object): Record<string, unknown> {
    activities += 1;
    const conversationType = conversation.startsWith('19:')
      ? conversation.includes('@thread.tacv2')
        ? 'channel'
        : 'groupChat'
      : 'personal';
    return {
      id: `f:${activities}`,
      timestamp: new Date(this.#teams.now()).toISOString(),
      channelId: 'msteams',
      serviceUrl: this.#teams.serviceUrl,
      from: { id: this.user.id, name: this.user.name, aadObjectId: this.user.oid },
      recipient: { id: BOT, name: 'Keyturn' },
      conversation: {
        id: conversation,
        conversationType,
        tenantId: TENANT,
        isGroup: conversationType !== 'personal',
      },
      channelData: { tenant: { id: TENANT } },
      ...more,
    };
  }

  clickOf(
    message: Pick<TeamsMessage, 'conversation' | 'id'>,
    card: unknown,
    label: string,
    fields: Readonly<Record<string, string>> = {},
  ) {
    const { execute, inputs } = findButton(card, label);
    const filled = Object.fromEntries(
      inputs.flatMap(({ id, choices }): [string, string][] => {
        const name = String(id).replace(/^[a-z-]+_/, '');
        // Teams sends no form with a choice left open, so whoever does not care takes the first.
        const value = fields[name] ?? choices?.[0]?.value;
        return value === undefined ? [] : [[String(id), value]];
      }),
    );
    return this.activity(message.conversation, {
      type: 'invoke',
      name: 'adaptiveCard/action',
      replyToId: message.id,
      value: {
        action: {
          type: execute.type,
          title: execute.title,
          verb: execute.verb,
          data: { ...execute.data, ...filled },
        },
        trigger: 'manual',
      },
    });
  }

  /** Clicks, and gives back the card that only they see then. */
  async click(
    message: TeamsMessage,
    label: string,
    fields: Readonly<Record<string, string>> = {},
    card = cardOf(message.activity),
  ) {
    return this.shown(await this.#teams.deliver(this.clickOf(message, card, label, fields)));
  }

  shown({ status, body, text }: Delivered) {
    if (status !== 200) throw new Error(`Teams shows that something went wrong: ${status} ${text}`);
    if (body?.type !== 'application/vnd.microsoft.card.adaptive') throw new Error(`no card came: ${text}`);
    return body.value;
  }

  /** One of the two buttons that Teams shows below a file that an app offers. */
  consentTo(
    message: TeamsMessage,
    action: 'accept' | 'decline',
    changes: Readonly<Record<string, unknown>> = {},
  ) {
    const { name, content } = message.activity.attachments[0];
    const uploadInfo = this.#teams.world.uploads.open(name, this.user.oid, this.#teams.serviceUrl);
    return this.activity(message.conversation, {
      type: 'invoke',
      name: 'fileConsent/invoke',
      replyToId: message.id,
      value: {
        type: 'fileUpload',
        action,
        context: action === 'accept' ? content.acceptContext : content.declineContext,
        ...(action === 'accept' ? { uploadInfo } : {}),
        ...changes,
      },
    });
  }

  mentionOf(text: string, conversation = CHANNEL) {
    const tag = '<at>Keyturn</at>';
    return this.activity(conversation, {
      type: 'message',
      text: `${tag} ${escapeText(text)}`,
      textFormat: 'plain',
      entities: [{ type: 'mention', text: tag, mentioned: { id: BOT, name: 'Keyturn' } }],
    });
  }

  mention(text: string, conversation = CHANNEL): Promise<Delivered> {
    return this.#teams.deliver(this.mentionOf(text, conversation));
  }

  /** To the app alone. */
  write(text: string): Promise<Delivered> {
    return this.#teams.deliver(
      this.activity(this.chat, { type: 'message', text: escapeText(text), textFormat: 'plain' }),
    );
  }
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
