import { readSubmission } from '../guard/options.ts';
import type { ToolCall } from './tool-call.ts';

export interface HookFlags {
  readonly target: string;
  readonly action?: string;
  readonly onBehalfOf?: string;
  readonly url?: string;
  readonly tokenFile?: string;
  readonly deadline?: string;
  readonly harmless?: readonly string[];
}

export const AGENTS = ['claude-code', 'codex'] as const;
export type Agent = (typeof AGENTS)[number];

/**
 * What an approval of this call is bound to. With the requester and the target it makes the digest, so
 * the same call in the same folder is the same action, also in another session: that redeems a ticket.
 */
export function toPayload(agent: Agent, { tool, input, cwd }: ToolCall): object {
  return { kind: 'tool_call', agent, tool, input, cwd };
}

export function toBody(agent: Agent, call: ToolCall, flags: HookFlags): string {
  const reason = `${agent} asks to use ${call.tool} (session ${call.session}, call ${call.id})`;
  const action = flags.action ?? toAction(call.tool);
  const submission = readSubmission({ ...flags, action, reason }, 'ticket');
  return JSON.stringify({ ...submission, payload: toPayload(agent, call) });
}

/**
 * `Bash` is `tool.bash`, `mcp__github__merge` is `mcp.github.merge`. Only a label to match rules by: two
 * tools may share one, so the payload holds the name as it was.
 */
export function toAction(tool: string): string {
  const [, server, name] = /^mcp__(.+?)__(.+)$/s.exec(tool) ?? [];
  const parts = server === undefined || name === undefined ? ['tool', tool] : ['mcp', server, name];
  return parts
    .map((part) => part.toLowerCase().replace(/[^a-z0-9_-]/g, '_'))
    .join('.')
    .slice(0, 128);
}
