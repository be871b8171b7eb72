import { keyHeader } from './ask.ts';

const AGAIN_MS = [500, 1_000, 2_000, 5_000];
/** The bot says something every 15 seconds. Silence for longer is a connection that died unnoticed. */
const SILENT_MS = 40_000;

export interface Live {
  stop(): void;
}

/**
 * Follows the room for as long as the page lives. `fetch` and not EventSource, because that cannot
 * send the key. After a break it asks for what came after the last event it got.
 */
export function followRoom(
  onEvent: (event: { readonly name: string; readonly data: unknown }) => void,
  onState: (state: 'live' | 'broken') => void,
): Live {
  let last: string | null = null;
  let stopped = false;
  let attempt = 0;
  let abort = new AbortController();

  const follow = async () => {
    abort = new AbortController();
    let silence = window.setTimeout(() => abort.abort(), SILENT_MS);
    try {
      const response = await fetch('/room/api/live', {
        headers: { ...keyHeader(), ...(last === null ? {} : { 'last-event-id': last }) },
        credentials: 'same-origin',
        signal: abort.signal,
      });
      if (response.status === 401) {
        stopped = true;
        window.dispatchEvent(new Event('signed-out'));
        return;
      }
      if (!response.ok || response.body === null) return;
      let rest = '';
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        window.clearTimeout(silence);
        silence = window.setTimeout(() => abort.abort(), SILENT_MS);
        const blocks = (rest + value).split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) {
          const event = toEvent(block);
          if (event === null) continue;
          last = event.id ?? last;
          attempt = 0;
          onState('live');
          onEvent({ name: event.name, data: JSON.parse(event.data) });
        }
      }
    } catch {
      // The connection broke, or was never made. What comes next is the same.
    } finally {
      window.clearTimeout(silence);
    }
  };
  const run = async () => {
    while (!stopped) {
      await follow();
      if (stopped) return;
      onState('broken');
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS[Math.min(attempt, AGAIN_MS.length - 1)]));
      attempt += 1;
    }
  };
  void run();
  return {
    stop() {
      stopped = true;
      abort.abort();
    },
  };
}

/** One block of a stream of server-sent events, or null where it is only a sign of life. */
function toEvent(block: string): { id: string | null; name: string; data: string } | null {
  const fields = new Map(block.split('\n').map((line) => toField(line)));
  const data = fields.get('data');
  return data === undefined ? null : { id: fields.get('id') ?? null, name: fields.get('event') ?? '', data };
}

function toField(line: string): [string, string] {
  const colon = line.indexOf(': ');
  return colon < 1 ? ['', line] : [line.slice(0, colon), line.slice(colon + 2)];
}
