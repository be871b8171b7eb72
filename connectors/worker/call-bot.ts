import { REFUSALS, type Refusal, type RefusalCode, refuse } from '../../bot/core/refusal.ts';
import { Client } from '../guard/client.ts';
import type { Settings } from '../guard/settings.ts';

export interface Reader<T> {
  safeParse(value: unknown): { readonly success: true; readonly data: T } | { readonly success: false };
}

/**
 * One call to the bot: what it says, or its refusal. Throws where nobody answered that is the bot, or
 * the bot cannot now: the same call may do better later.
 */
export async function callBot<T>(
  bot: Settings,
  path: string,
  body: object,
  reader: Reader<T>,
  timeoutMs: number,
): Promise<{ readonly ok: true; readonly value: T } | Refusal> {
  const call = { method: 'POST', path, body: JSON.stringify(body), timeoutMs } as const;
  const answer = await new Client(bot).call(call, (said) => {
    const read = reader.safeParse(said);
    // Wrapped: what was read may itself be null.
    return read.success ? { read: read.data } : null;
  });
  if (answer.kind === 'answered') return { ok: true, value: answer.value.read };
  if (answer.kind === 'unreachable') throw new Error(answer.why);
  const { status, code, fields } = answer.refusal;
  if (status >= 500) throw new Error(`HTTP ${status}`);
  if (!REFUSALS.includes(code as RefusalCode)) throw new Error('a refusal that is not the bot’s');
  return refuse(code as RefusalCode, fields.length === 0 ? {} : { fields });
}
