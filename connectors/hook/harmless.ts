import type { ToolCall } from './tool-call.ts';

/** They look, or they only talk to the agent's own user. */
const LOOKING: ReadonlySet<string> = new Set([
  'AskUserQuestion',
  'EnterPlanMode',
  'ExitPlanMode',
  'Glob',
  'Grep',
  'LS',
  'NotebookRead',
  'Read',
  'TodoRead',
  'TodoWrite',
  'ToolSearch',
  'update_plan',
  'view_image',
]);

/** Commands that write nothing, start nothing and send nothing, whatever their arguments are. */
const QUIET: ReadonlySet<string> = new Set(
  'basename cat df dirname du echo head id ls pwd realpath stat tail true uname wc which whoami'.split(' '),
);
/** No quote, no `$`, no redirection, no second command, no line break: one command, word by word. */
const PLAIN_WORDS = /^[A-Za-z0-9_./:,@%+= -]{1,2000}$/;
const OF_A_COMMAND: ReadonlySet<string> = new Set(['command', 'description', 'timeout']);

/**
 * Whether the call needs nobody, so that it costs no network. `named` is what the operator adds: tool
 * names, with a `*` at the end for all that begin so. Everything that is not known here is held.
 */
export function isHarmless({ tool, input }: ToolCall, named: readonly string[]): boolean {
  if (LOOKING.has(tool) || named.some((one) => isNamed(tool, one))) return true;
  return tool === 'Bash' && isQuietCommand(input);
}

function isNamed(tool: string, pattern: string): boolean {
  return pattern.endsWith('*') ? tool.startsWith(pattern.slice(0, -1)) : tool === pattern;
}

function isQuietCommand(input: unknown): boolean {
  if (typeof input !== 'object' || input === null) return false;
  // Such as one that switches the agent's own sandbox off, or runs the command in the background.
  if (Object.keys(input).some((key) => !OF_A_COMMAND.has(key))) return false;
  const { command } = input as { readonly command?: unknown };
  if (typeof command !== 'string' || !PLAIN_WORDS.test(command)) return false;
  return QUIET.has(command.trim().split(' ')[0] ?? '');
}
