import type { WriteStream } from 'node:tty';
import { hideTokens, plain } from './text.ts';

/** What the guard says about itself: on stderr, because stdout belongs to the command. */
export class Progress {
  readonly #stream: WriteStream;
  readonly #live: boolean;
  readonly #token: string | undefined;
  #status: (() => string) | null = null;
  #statusKey = '';
  #ticker: NodeJS.Timeout | undefined;

  constructor(stream: WriteStream, environment: NodeJS.ProcessEnv) {
    this.#stream = stream;
    this.#live = stream.isTTY && environment['TERM'] !== 'dumb';
    this.#token = environment['KEYTURN_TOKEN'];
    // Whoever read stderr may be gone. That must not end the guard while its command runs.
    stream.on('error', () => undefined);
  }

  /** One line that stays. */
  say(text: string): void {
    if (this.#live) this.#stream.write('\r\x1b[K');
    this.#stream.write(`keyturn: ${this.#clean(text)}\n`);
    this.#draw();
  }

  /**
   * What is going on now. A terminal shows it as one line that is written over and over; elsewhere it
   * is a line of its own, once per `key`, so that a countdown does not fill a CI log.
   */
  status(key: string, text: () => string): void {
    const isNew = key !== this.#statusKey;
    this.#status = text;
    this.#statusKey = key;
    if (!this.#live) {
      if (isNew) this.say(text());
      return;
    }
    this.#draw();
    this.#ticker ??= setInterval(() => this.#draw(), 1_000).unref();
  }

  /** Takes the updating line away; to be called before anybody else writes to the terminal. */
  clear(): void {
    clearInterval(this.#ticker);
    this.#ticker = undefined;
    this.#status = null;
    if (this.#live) this.#stream.write('\r\x1b[K');
  }

  #draw(): void {
    if (!this.#live || this.#status === null) return;
    const line = `keyturn: ${this.#clean(this.#status())}`;
    // A line that wraps could not be wiped with one carriage return. Some terminals say 0 columns.
    this.#stream.write(`\r\x1b[K${line.slice(0, (this.#stream.columns || 80) - 1)}`);
  }

  #clean(text: string): string {
    return plain(hideTokens(text, this.#token));
  }
}
