import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { keepHearing } from '../../../connectors/mcp/keep-hearing.ts';

/** Clients give up after a minute in silence; the contract says that they hear every 30 seconds. */
const LONGEST_SILENCE_MS = 30_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function hearing(progressToken?: string) {
  const heard: { readonly at: number; readonly progress: number }[] = [];
  const startedAt = Date.now();
  const stop = keepHearing({
    _meta: { progressToken },
    notify: async ({ params }) => void heard.push({ at: Date.now() - startedAt, progress: params.progress }),
  });
  return { heard, stop };
}

it('says at once that people decide, and then never less often than every 30 seconds', () => {
  const { heard, stop } = hearing('p1');
  expect(heard.map(({ at }) => at)).toEqual([0]);
  vi.advanceTimersByTime(540_000);
  stop();
  const silences = heard.slice(1).map(({ at }, index) => at - (heard[index]?.at ?? 0));
  expect(Math.max(...silences)).toBeLessThanOrEqual(LONGEST_SILENCE_MS);
  expect(heard.at(-1)?.at).toBeGreaterThan(540_000 - LONGEST_SILENCE_MS);
  // A client may drop progress that does not grow.
  expect(heard.map(({ progress }) => progress)).toEqual(heard.map((_, index) => index + 1));
});

it('says nothing after it was stopped, and nothing to a client that did not ask', () => {
  const { heard, stop } = hearing('p1');
  stop();
  const silent = hearing();
  vi.advanceTimersByTime(120_000);
  expect([heard.length, silent.heard.length]).toEqual([1, 0]);
  silent.stop();
});

it('goes on where the client is gone and cannot be told', async () => {
  const notify = vi.fn(() => Promise.reject(new Error('closed')));
  const stop = keepHearing({ _meta: { progressToken: 1 }, notify });
  await vi.advanceTimersByTimeAsync(60_000);
  stop();
  expect(notify.mock.calls.length).toBeGreaterThanOrEqual(3);
});
