import type { Place } from '../core/place.ts';
import type { Logger } from '../ports/logger.ts';
import type { NotNow } from '../ports/messenger.ts';
import type { Called } from './connector.ts';

/** An operator has to do something. Until then the message waits: adding the app brings it. */
const REPAIR_MS = 30_000;

/** The person does not want to be written to, which nobody but they can change. */
const BLOCKED: ReadonlySet<string> = new Set(['ConversationBlockedByUser', 'MessageWritesBlocked']);

export function faultOf(said: Exclude<Called, { ok: true }>, place: Place, logger: Logger): NotNow {
  if ('busyMs' in said) return { retryAfterMs: said.busyMs };
  const { status, code } = said;
  if (status === 404) return { never: `Teams knows no such place or person: ${code}` };
  if (status === 403 && BLOCKED.has(code)) return { never: `Teams says ${code}` };
  // Its form: it must not hold up what comes after it.
  if (status === 400 || status === 413) return { never: `Teams refuses its form: ${code}` };
  logger.error('teams: a message is refused until somebody repairs it', {
    place,
    status,
    error: code,
    hint: HINTS[code],
  });
  return { retryAfterMs: REPAIR_MS };
}

const HINTS: Readonly<Record<string, string>> = {
  BotNotInConversationRoster: 'add the app to the team or chat',
  BotDisabledByAdmin: 'an administrator of Teams has blocked the app',
  NotTeams: 'the stored service address is none of Teams',
};
