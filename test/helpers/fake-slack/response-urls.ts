import { randomUUID } from 'node:crypto';
import { Args, SlackError } from './call.ts';
import { readContent } from './chat-methods.ts';
import { TIMES } from './limits.ts';
import type { Fields } from './shapes.ts';
import { BOT_USER, type SlackMessage, type SlackWorld } from './world.ts';

interface ResponseUrl {
  readonly user: string;
  readonly channel: string;
  readonly message: SlackMessage | null;
  readonly at: number;
  uses: number;
}

/** Where an app may answer an interaction: five times, for thirty minutes, without a token. */
export class ResponseUrls {
  readonly #world: SlackWorld;
  readonly #now: () => number;
  readonly #urls = new Map<string, ResponseUrl>();

  constructor(world: SlackWorld, now: () => number) {
    this.#world = world;
    this.#now = now;
  }

  create(base: string, user: string, channel: string, message: SlackMessage | null): string {
    const id = randomUUID();
    this.#urls.set(id, { user, channel, message, at: this.#now(), uses: 0 });
    return `${base}/response/${id}`;
  }

  /** Status and text, as hooks.slack.com gives them. */
  answer(id: string, body: Fields): { readonly status: number; readonly text: string } {
    const url = this.#urls.get(id);
    if (url === undefined) return { status: 404, text: 'invalid_url' };
    if (this.#now() - url.at > TIMES.responseUrlMs) return { status: 404, text: 'expired_url' };
    if (url.uses >= TIMES.responseUrlUses) return { status: 404, text: 'used_url' };
    url.uses += 1;
    if (body['delete_original'] === true) {
      if (url.message !== null) url.message.deleted = true;
      return { status: 200, text: 'ok' };
    }
    try {
      this.#put(url, readContent(new Args(body)), body);
      return { status: 200, text: 'ok' };
    } catch (cause) {
      if (cause instanceof SlackError) return { status: 400, text: cause.message };
      throw cause;
    }
  }

  #put(url: ResponseUrl, content: ReturnType<typeof readContent>, body: Fields): void {
    const { user, channel, message } = url;
    // The original is replaced unless the app says that it must not be.
    if (message !== null && body['replace_original'] !== false && body['response_type'] === undefined) {
      Object.assign(message, content);
      message.edits += 1;
    } else if (body['response_type'] === 'in_channel') {
      this.#world.messages.push({
        channel,
        ts: this.#world.nextTs(),
        threadTs: null,
        by: BOT_USER,
        ...content,
        metadata: null,
        clientMsgId: null,
        unfurl: { links: true, media: true },
        files: [],
        edits: 0,
        past: [],
        deleted: false,
      });
    } else {
      const threadTs = typeof body['thread_ts'] === 'string' ? body['thread_ts'] : null;
      this.#world.ephemerals.push({ to: user, channel, threadTs, by: 'response_url', ...content });
    }
  }
}
