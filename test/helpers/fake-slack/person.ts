import { randomUUID } from 'node:crypto';
import { toWire } from './chat-methods.ts';
import { putCommandAnswer } from './command-answer.ts';
import type { Delivered, Delivery } from './delivery.ts';
import { takeSubmissionAnswer } from './modal.ts';
import { findButton, readInputs } from './on-screen.ts';
import { type Fields, isFields } from './shapes.ts';
import { type OpenView, viewToWire } from './views.ts';
import type { Workspace } from './workspace.ts';
import { APP_ID, BOT_USER, type Ephemeral, type SlackMessage, TEAM } from './world.ts';

const TOKEN = 'verification-token-that-nobody-should-use';

/** One person in front of Slack: clicks what is on the screen, types, opens, sends. */
export class Person {
  readonly id: string;
  readonly #slack: Workspace;

  constructor(slack: Workspace, id: string) {
    this.#slack = slack;
    this.id = id;
  }

  /** Clicks a button by its label, and says yes where Slack asks. `message` may be an older look at it. */
  click(
    message: Pick<SlackMessage, 'channel' | 'ts' | 'blocks'>,
    label: string | RegExp,
  ): Promise<Delivered> {
    return this.send(this.clickOf(message, label));
  }

  /** The click as Slack would send it, not sent yet: to be sent twice, late, or out of order. */
  clickOf(message: Pick<SlackMessage, 'channel' | 'ts' | 'blocks'>, label: string | RegExp): Delivery {
    const stored = this.#slack.world.messages.find((one) => one.ts === message.ts) ?? null;
    return this.#action(message.blocks, label, {
      container: {
        type: 'message',
        message_ts: message.ts,
        channel_id: message.channel,
        is_ephemeral: false,
      },
      channel: { id: message.channel, name: this.#slack.world.channels.get(message.channel)?.name ?? '' },
      ...(stored === null ? {} : { message: { ...toWire(stored), blocks: message.blocks } }),
      response_url: this.#responseUrl(message.channel, stored),
    });
  }

  /** Clicks a button of something that only this person sees. */
  clickEphemeral(shown: Ephemeral, label: string | RegExp): Promise<Delivered> {
    return this.send(
      this.#action(shown.blocks, label, {
        container: { type: 'message', message_ts: '0.0', channel_id: shown.channel, is_ephemeral: true },
        channel: { id: shown.channel, name: '' },
        response_url: this.#responseUrl(shown.channel, null),
      }),
    );
  }

  /** Clicks in the modal on top. */
  clickInModal(label: string | RegExp): Promise<Delivered> {
    return this.#clickInView(this.modal(), label);
  }

  clickInHome(label: string | RegExp): Promise<Delivered> {
    const home = this.home();
    if (home === null) throw new Error(`${this.id} has no Home yet`);
    return this.#clickInView(home, label);
  }

  /** The modal on top of this person's screen. */
  modal(): OpenView {
    const open = this.#slack.views.open.get(this.id);
    if (open === undefined) throw new Error(`${this.id} has no modal open`);
    return open;
  }

  home(): OpenView | null {
    return this.#slack.views.homes.get(this.id) ?? null;
  }

  /** Fills the fields by label and sends the modal, as far as Slack's own client lets it go. */
  async submit(values: Readonly<Record<string, string>>): Promise<Delivered> {
    const open = this.modal();
    const delivery: Delivery = {
      kind: 'interaction',
      payload: {
        type: 'view_submission',
        ...this.#who(),
        trigger_id: this.#slack.views.newTrigger(this.id),
        view: viewToWire(open, readInputs(open.view, values)),
        response_urls: [],
      },
    };
    const answered = await this.send(delivery);
    if (answered.acked) takeSubmissionAnswer(this.#slack.views, open, answered.body ?? {});
    this.#slack.changes.happened();
    return answered;
  }

  closeModal(): void {
    this.#slack.views.close(this.id, true);
  }

  async command(command: string, text: string, channel = 'C01'): Promise<Delivered> {
    const { name } = this.#slack.world.channels.get(channel) ?? { name: 'directmessage' };
    const user = this.#slack.world.users.get(this.id);
    const answered = await this.send({
      kind: 'command',
      payload: {
        token: TOKEN,
        team_id: user?.team_id ?? TEAM,
        team_domain: 'fake',
        channel_id: channel,
        channel_name: name,
        user_id: this.id,
        user_name: user?.name ?? '',
        command,
        text,
        api_app_id: APP_ID,
        is_enterprise_install: 'false',
        response_url: this.#responseUrl(channel, null),
        trigger_id: this.#slack.views.newTrigger(this.id),
      },
    });
    putCommandAnswer(this.#slack.world, this.id, channel, answered.body ?? {});
    this.#slack.changes.happened();
    return answered;
  }

  /** Writes in a channel and names the bot. What is not acked comes again, three times at most. */
  async mention(text: string, channel = 'C01', threadTs: string | null = null): Promise<Delivered> {
    const delivery = this.mentionOf(text, channel, threadTs);
    for (let attempt = 0; ; attempt += 1) {
      const answered = await this.send(delivery, attempt);
      if (answered.acked || attempt === 3) return answered;
    }
  }

  mentionOf(text: string, channel = 'C01', threadTs: string | null = null): Delivery {
    const ts = this.say(`<@${BOT_USER}> ${text}`, channel, threadTs);
    return this.#event({
      type: 'app_mention',
      user: this.id,
      text: `<@${BOT_USER}> ${text}`,
      ts,
      channel,
      event_ts: ts,
      team: TEAM,
      ...(threadTs === null ? {} : { thread_ts: threadTs }),
    });
  }

  /** Writes in a channel, to nobody in particular. The app hears nothing of it. */
  say(text: string, channel: string, threadTs: string | null = null): string {
    const ts = this.#slack.world.nextTs();
    this.#slack.world.messages.push({
      channel,
      ts,
      threadTs,
      by: this.id,
      text,
      blocks: [],
      metadata: null,
      clientMsgId: randomUUID(),
      unfurl: { links: true, media: true },
      files: [],
      edits: 0,
      past: [],
      deleted: false,
    });
    return ts;
  }

  openHome(): Promise<Delivered> {
    const channel = this.#slack.world.direct(this.id).id;
    const event = {
      type: 'app_home_opened',
      user: this.id,
      channel,
      tab: 'home',
      event_ts: this.#slack.world.nextTs(),
    };
    return this.send(this.#event(event));
  }

  send(delivery: Delivery, attempt = 0): Promise<Delivered> {
    return this.#slack.deliver(delivery, attempt);
  }

  #clickInView(open: OpenView, label: string | RegExp): Promise<Delivered> {
    return this.send(
      this.#action(open.view['blocks'], label, {
        container: { type: 'view', view_id: open.id },
        view: viewToWire(open, {}),
      }),
    );
  }

  #action(blocks: unknown, label: string | RegExp, where: Fields): Delivery {
    const { block_id, element } = findButton(Array.isArray(blocks) ? blocks.filter(isFields) : [], label);
    const action = { ...element, block_id, action_ts: this.#slack.world.nextTs() };
    return {
      kind: 'interaction',
      payload: {
        type: 'block_actions',
        ...this.#who(),
        trigger_id: this.#slack.views.newTrigger(this.id),
        ...where,
        state: { values: {} },
        actions: [action],
      },
    };
  }

  #event(event: Fields): Delivery {
    return {
      kind: 'event',
      payload: {
        token: TOKEN,
        team_id: TEAM,
        api_app_id: APP_ID,
        type: 'event_callback',
        event_id: `Ev${randomUUID().replaceAll('-', '').slice(0, 10).toUpperCase()}`,
        event_time: Math.floor(this.#slack.now() / 1000),
        authorizations: [{ enterprise_id: null, team_id: TEAM, user_id: BOT_USER, is_bot: true }],
        event,
      },
    };
  }

  #who(): Fields {
    const user = this.#slack.world.users.get(this.id);
    const team = user?.team_id ?? TEAM;
    return {
      user: { id: this.id, username: user?.name ?? '', name: user?.name ?? '', team_id: team },
      team: { id: TEAM, domain: 'fake' },
      enterprise: null,
      is_enterprise_install: false,
      api_app_id: APP_ID,
      token: TOKEN,
    };
  }

  #responseUrl(channel: string, message: SlackMessage | null): string {
    return this.#slack.responseUrls.create(this.#slack.url, this.id, channel, message);
  }
}
