import { PER_MINUTE, POST_BURST, POST_EVERY_MS, POSTS_A_MINUTE } from './limits.ts';

const MINUTE_MS = 60_000;

/** Slack's limits by method, and by channel for messages. Refused calls do not count. */
export class RateLimits {
  readonly #now: () => number;
  readonly #calls = new Map<string, number[]>();
  readonly #channels = new Map<string, { tokens: number; at: number }>();
  /** A storm: every call is refused until then. */
  #stormUntil = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  stormFor(ms: number): void {
    this.#stormUntil = this.#now() + ms;
  }

  /** Milliseconds to wait, or null when the call may pass; then it is counted. */
  refuse(method: string, channel: string | null): number | null {
    const storm = this.#stormUntil - this.#now();
    if (storm > 0) return storm;
    if (method !== 'chat.postMessage') return this.#count(method, PER_MINUTE[method] ?? 100);
    const wait = this.#channelWait(channel ?? '');
    if (wait !== null) return wait;
    const whole = this.#count(method, POSTS_A_MINUTE);
    if (whole === null) this.#take(channel ?? '');
    return whole;
  }

  #count(key: string, most: number): number | null {
    const now = this.#now();
    const recent = (this.#calls.get(key) ?? []).filter((at) => now - at < MINUTE_MS);
    this.#calls.set(key, recent);
    const [oldest] = recent;
    if (recent.length >= most && oldest !== undefined) return oldest + MINUTE_MS - now;
    recent.push(now);
    return null;
  }

  #channelWait(channel: string): number | null {
    const now = this.#now();
    const bucket = this.#channels.get(channel) ?? { tokens: POST_BURST, at: now };
    const tokens = Math.min(POST_BURST, bucket.tokens + (now - bucket.at) / POST_EVERY_MS);
    this.#channels.set(channel, { tokens, at: now });
    return tokens >= 1 ? null : (1 - tokens) * POST_EVERY_MS;
  }

  #take(channel: string): void {
    const bucket = this.#channels.get(channel);
    if (bucket !== undefined) bucket.tokens -= 1;
  }
}
