import { randomUUID } from 'node:crypto';
import type { McpServer } from '@modelcontextprotocol/server';
import type { Settings } from '../guard/settings.ts';
import { decide } from '../hook/decide.ts';
import { type HookFlags, toBody, toPayload } from '../hook/submission.ts';
import { keepHearing } from './keep-hearing.ts';
import { Prompt } from './schema.ts';

export interface PromptOptions {
  /** What the agent acts on, and under which name it asks. */
  readonly flags: HookFlags;
  readonly cwd: string;
  readonly deadlineMs: number;
}

const AGENT = 'claude-code';

/**
 * Claude Code's `--permission-prompt-tool`: it asks before it uses a tool, and runs the call only after
 * `allow`. What comes back as `updatedInput` is what people approved, as Keyturn released it.
 */
export function addPermissionPrompt(server: McpServer, settings: Settings, options: PromptOptions): void {
  const { flags, cwd, deadlineMs } = options;
  const session = randomUUID();
  server.registerTool(
    'permission_prompt',
    { description: 'Holds one tool call until people have decided.', inputSchema: Prompt },
    async ({ tool_name: tool, input, tool_use_id: id = randomUUID() }, context) => {
      const until = Date.now() + deadlineMs;
      const call = { event: 'PreToolUse', session, id, tool, input, cwd };
      const stop = keepHearing(context.mcpReq);
      try {
        const verdict = await decide(settings, {
          body: toBody(AGENT, call, flags),
          key: `${session}:${id}`,
          payload: toPayload(AGENT, call),
          until,
        });
        return answer(
          verdict.allow
            ? {
                behavior: 'allow',
                updatedInput: (verdict.release.payload as { readonly input: unknown }).input,
              }
            : { behavior: 'deny', message: verdict.why },
        );
      } finally {
        stop();
      }
    },
  );
}

function answer(decision: object) {
  return { content: [{ type: 'text' as const, text: JSON.stringify(decision) }] };
}
