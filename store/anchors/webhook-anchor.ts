import type { Anchor } from '../../bot/ports/anchor.ts';

const ANSWER_WITHIN_MS = 10_000;

/** Where a checkpoint may be sent: what is said on the way, nobody else must hear or change. */
export function webhookProblem(address: string): string | null {
  if (!URL.canParse(address)) return 'is no URL';
  const url = new URL(address);
  const isLoopback = /^(localhost|127(\.[0-9]{1,3}){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback)) return null;
  return 'must be https, or http on this machine';
}

/**
 * An incoming webhook, best of another app in another chat: whoever takes over this machine cannot
 * take back what people there have seen. It is sent one text and no more.
 */
export function webhookAnchor(id: string, variable: string, url: string): Anchor {
  return {
    id,
    where: variable,
    // Each checkpoint holds all that the one before it held.
    keepsAll: false,
    lines: null,
    async publish(text, signal) {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ text: `Keyturn checkpoint\n\`\`\`\n${text}\`\`\`` }),
        // Another address would be one that nobody configured.
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
      });
      await answer.body?.cancel();
      if (!answer.ok) throw new Error(`the webhook answered ${answer.status}`);
    },
  };
}
