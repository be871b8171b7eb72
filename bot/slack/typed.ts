import type { Desk } from '../commands/answer.ts';
import { asPerson } from './caller.ts';
import type { SlackDirectory } from './directory.ts';
import { AppMention, SlashCommand } from './schema.ts';
import { showAnswer } from './show-answer.ts';
import { mentionSurface, messageSurface, type SurfaceTools } from './surfaces.ts';

/** Each slash command, and what it stands for in the grammar that every face shares. */
export const SLASH_COMMANDS: Readonly<Record<string, string>> = {
  '/approvals': 'list',
  '/approve': 'approve',
  '/reject': 'reject',
  '/flag': 'flag',
  '/audit': 'audit',
  '/keyturn': '',
};

export interface TypedParts {
  readonly tools: SurfaceTools;
  readonly directory: SlackDirectory;
  readonly desk: Desk;
}

export async function onCommand(parts: TypedParts, body: unknown): Promise<void> {
  const { tools } = parts;
  const read = SlashCommand.safeParse(body);
  if (!read.success) return tools.logger.warn('slack: a command could not be read');
  const { user_id: user, team_id: team, channel_id: channel, command, text = '' } = read.data;
  const line = `${SLASH_COMMANDS[command] ?? ''} ${unescapeText(text)}`.trim();
  const surface = messageSurface(
    tools,
    { user, trigger: read.data.trigger_id },
    { channel, thread: null, responseUrl: read.data.response_url },
  );
  // Only here: a slash command is signed and comes from the person's own client. Anybody who holds a
  // token of theirs could post a mention, and a channel is no place for a code.
  const answer = await asPerson(
    parts,
    { user, team },
    'command',
    true,
    (caller) => parts.desk.type(caller, line),
    (source) => parts.desk.newcomer(source, line),
  );
  await showAnswer(tools.api, answer, surface);
}

/** `@Keyturn approve 1042`, in a channel or in a thread. Whatever else it says is answered with the help. */
export async function onMention(parts: TypedParts, event: unknown): Promise<void> {
  const { tools } = parts;
  const read = AppMention.safeParse(event);
  if (!read.success) return tools.logger.warn('slack: a mention could not be read');
  const { user, text, channel, thread_ts: thread, bot_id: bot, user_team: team } = read.data;
  const surface = mentionSurface(tools, user, channel, thread ?? null);
  // A bot cannot see an answer that is for it alone. That it tried is on record.
  if (bot !== undefined && bot !== null) {
    await parts.desk.stranger(`slack:bot ${user}`, 'command');
    return;
  }
  const line = unescapeText(text.replace(/^(\s*<@[A-Z0-9]+(\|[^>]*)?>)+/, '')).trim();
  const account = { user, team: team ?? null };
  const answer = await asPerson(parts, account, 'command', true, (caller) => parts.desk.type(caller, line));
  await showAnswer(tools.api, answer, surface);
}

/** Slack's way of writing what people typed, back to what they typed. */
function unescapeText(text: string): string {
  return text
    .replace(/<(https?:[^|>]*|mailto:[^|>]*)(\|[^>]*)?>/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
