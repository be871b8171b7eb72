import type { EventSink } from '../../bot/ports/event-sink.ts';

/**
 * JSON lines by POST. Any 2xx means that they are kept; everything else, a redirect too, that they are
 * not. `variable` names the environment variable that holds the address.
 */
export function webhookSink(variable: string, url: string): EventSink {
  return {
    name: `webhook:${variable}`,
    async send(lines, signal) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson', 'user-agent': 'keyturn' },
        body: `${lines.join('\n')}\n`,
        redirect: 'manual',
        signal,
      }).catch((cause: unknown) => {
        // The message of a failed fetch can hold the address.
        throw new Error(`no answer: ${reasonOf(cause)}`);
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`it answered ${response.status}`);
    },
  };
}

/** The system's code for it, and never its text. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'unknown';
  const { cause: inner } = cause;
  if (inner instanceof Error && 'code' in inner) return String(inner.code);
  return cause.name;
}
