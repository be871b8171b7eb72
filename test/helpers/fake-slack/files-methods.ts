import { type Args, type Method, SlackError } from './call.ts';
import { isFields } from './shapes.ts';
import { BOT_USER, type SlackFile, type SlackWorld } from './world.ts';

interface Pending {
  readonly name: string;
  readonly length: number;
  bytes: Buffer | null;
}

/** Files in three steps: ask for an address, send the bytes there, share what was sent. */
export class Uploads {
  readonly #world: SlackWorld;
  readonly #url: () => string;
  readonly #pending = new Map<string, Pending>();

  constructor(world: SlackWorld, url: () => string) {
    this.#world = world;
    this.#url = url;
  }

  /** The second step. False where no such upload was asked for, or another length. */
  receive(id: string, bytes: Buffer): boolean {
    const pending = this.#pending.get(id);
    if (pending === undefined || pending.bytes !== null || pending.length !== bytes.length) return false;
    pending.bytes = bytes;
    return true;
  }

  methods(): Readonly<Record<string, Method>> {
    return {
      'files.getUploadURLExternal': (args) => {
        const name = args.required('filename');
        const length = Number(args.required('length'));
        if (!Number.isInteger(length) || length < 1) throw new SlackError('invalid_arguments');
        const id = `F${String(this.#pending.size + 1).padStart(8, '0')}`;
        this.#pending.set(id, { name, length, bytes: null });
        return { upload_url: `${this.#url()}/upload/${id}`, file_id: id };
      },
      'files.completeUploadExternal': (args) => this.#complete(args),
    };
  }

  #complete(args: Args) {
    const asked = args.json('files', 'invalid_arguments');
    if (!Array.isArray(asked) || asked.length === 0) throw new SlackError('invalid_arguments');
    const files = asked.map((one): SlackFile => {
      const id = isFields(one) ? String(one['id']) : '';
      const pending = this.#pending.get(id);
      if (pending?.bytes == null) throw new SlackError('file_not_found');
      this.#pending.delete(id);
      return { id, name: pending.name, bytes: pending.bytes };
    });
    const channelId = args.text('channel_id');
    if (channelId !== null)
      this.#share(channelId, args.text('thread_ts'), args.text('initial_comment'), files);
    this.#world.files.push(...files);
    return { files: files.map(({ id, name }) => ({ id, title: name })) };
  }

  #share(
    channelId: string,
    threadTs: string | null,
    comment: string | null,
    files: readonly SlackFile[],
  ): void {
    const channel = this.#world.channels.get(channelId);
    if (channel === undefined) throw new SlackError('channel_not_found');
    if (!channel.members.has(BOT_USER)) throw new SlackError('not_in_channel');
    this.#world.messages.push({
      channel: channel.id,
      ts: this.#world.nextTs(),
      threadTs,
      by: BOT_USER,
      text: comment ?? '',
      blocks: [],
      metadata: null,
      clientMsgId: null,
      unfurl: { links: false, media: false },
      files,
      edits: 0,
      past: [],
      deleted: false,
    });
  }
}
