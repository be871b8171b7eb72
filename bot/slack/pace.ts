/**
 * How often Slack may be called, by what its documentation allows and a little less. It refuses
 * before Slack would, so that a channel that is full never makes Slack refuse the whole app.
 */
interface Bucket {
  readonly burst: number;
  readonly everyMs: number;
}

const MINUTE_MS = 60_000;
/** One message a second and channel, after a short burst. */
const CHANNEL: Bucket = { burst: 3, everyMs: 1_050 };
const WORKSPACE: Bucket = { burst: 60, everyMs: MINUTE_MS / 240 };
/** What a method takes a minute; the burst and the refill together stay below Slack's figure. */
const METHODS: Readonly<Record<string, Bucket>> = {
  'chat.update': { burst: 12, everyMs: MINUTE_MS / 36 },
  'usergroups.users.list': { burst: 6, everyMs: MINUTE_MS / 13 },
  'conversations.open': { burst: 15, everyMs: MINUTE_MS / 33 },
};
const OTHER: Bucket = { burst: 30, everyMs: MINUTE_MS / 66 };

export interface Pace {
  /** Null when the call may go out now, and then it is counted; else how long to wait. */
  take(method: string, channel: string | null): number | null;
  /** Slack asked for time itself: for this channel, or for the whole method. */
  hold(method: string, channel: string | null, ms: number): void;
  /** A channel is called by its name and by its id, and Slack counts both as one. */
  learn(name: string, id: string): void;
}

export function createPace(now: () => number): Pace {
  const buckets = new Map<string, { left: number; at: number; heldUntil: number }>();
  const ids = new Map<string, string>();
  const keyOf = (channel: string | null) => `channel ${ids.get(channel ?? '') ?? channel}`;

  const look = (key: string, { burst, everyMs }: Bucket) => {
    const at = now();
    const held = buckets.get(key) ?? { left: burst, at, heldUntil: 0 };
    const left = Math.min(burst, held.left + (at - held.at) / everyMs);
    const bucket = { left, at, heldUntil: held.heldUntil };
    buckets.set(key, bucket);
    const wait = left >= 1 ? 0 : Math.ceil((1 - left) * everyMs);
    return { bucket, wait: Math.max(wait, bucket.heldUntil - at) };
  };
  const bucketsOf = (method: string, channel: string | null): readonly (readonly [string, Bucket])[] =>
    method === 'chat.postMessage'
      ? [
          [keyOf(channel), CHANNEL],
          ['workspace', WORKSPACE],
        ]
      : [[method, METHODS[method] ?? OTHER]];

  return {
    take(method, channel) {
      const looked = bucketsOf(method, channel).map(([key, bucket]) => look(key, bucket));
      const wait = Math.max(...looked.map((one) => one.wait));
      if (wait > 0) return wait;
      for (const { bucket } of looked) bucket.left -= 1;
      return null;
    },
    hold(method, channel, ms) {
      const [first] = bucketsOf(method, channel);
      if (first !== undefined) look(...first).bucket.heldUntil = now() + ms;
    },
    learn(name, id) {
      if (name === id || ids.get(name) === id) return;
      const byName = look(keyOf(name), CHANNEL).bucket;
      buckets.delete(keyOf(name));
      ids.set(name, id);
      const one = look(keyOf(name), CHANNEL).bucket;
      // What was used up under either name is used up.
      one.left = Math.max(0, one.left + byName.left - CHANNEL.burst);
      one.heldUntil = Math.max(one.heldUntil, byName.heldUntil);
    },
  };
}
