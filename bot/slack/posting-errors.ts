import type { Place } from '../core/place.ts';
import type { Logger } from '../ports/logger.ts';
import type { NotNow } from '../ports/messenger.ts';
import type { Called } from './web-api.ts';

/** Slack did not like what the message says or how. Another form of it may pass. */
export const REFUSED_CONTENT: ReadonlySet<string> = new Set([
  'invalid_blocks',
  'invalid_blocks_format',
  'msg_blocks_too_long',
  'msg_too_long',
  'no_text',
  'metadata_too_large',
]);

/** Nobody can repair these: the person or the message is not there. */
const NEVER: ReadonlySet<string> = new Set([
  'user_not_found',
  'is_archived',
  'user_disabled',
  'cannot_dm_bot',
  'thread_not_found',
  'message_limit_exceeded',
  'edit_window_closed',
]);

/** An operator has to do something. Until then the message waits: inviting the app brings it. */
const REPAIR_MS = 30_000;

export function faultOf(said: Exclude<Called, { ok: true }>, place: Place, logger: Logger): NotNow {
  if ('busyMs' in said) return { retryAfterMs: said.busyMs };
  if (NEVER.has(said.error)) return { never: `Slack says ${said.error}` };
  logger.error('slack: a message is refused until somebody repairs it', {
    place,
    error: said.error,
    hint: HINTS[said.error],
  });
  return { retryAfterMs: REPAIR_MS };
}

const HINTS: Readonly<Record<string, string>> = {
  not_in_channel: 'invite the app: /invite @Keyturn',
  channel_not_found: 'the channel does not exist, or it is private and the app was not invited',
  missing_scope: 'install the app again from manifest/slack.json; keyturn doctor names the scope',
  invalid_auth: 'SLACK_BOT_TOKEN is not valid any more',
  account_inactive: 'the app was removed from the workspace',
  token_revoked: 'SLACK_BOT_TOKEN was revoked',
};
