import { randomUUID } from 'node:crypto';
import type { McpServer } from '@modelcontextprotocol/server';
import type { Settings } from '../guard/settings.ts';
import { decide } from '../hook/decide.ts';
import { type HookFlags, toBody, toPayload } from '../hook/submission.ts';
import { Prompt } from './schema.ts';

export interface PromptOptions {
  /** What the agent acts on, and under which name it asks. */
  readonly flags: HookFlags;
  readonly cwd: string;
  readonly deadlineMs: number;
}

const AGENT = 'claude-code';
/** Clients give up after a minute in which they heard nothing. */
const PROGRESS_MS = 15_000;

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

interface Hearing {
  readonly _meta?: { readonly progressToken?: string | number | undefined } | undefined;
  readonly notify: (notification: {
    method: 'notifications/progress';
    params: { progressToken: string | number; progress: number; message: string };
  }) => Promise<void>;
}

/** Says that people still decide, at once and then again, where the client asked to be told. */
function keepHearing({ _meta, notify }: Hearing): () => void {
  const progressToken = _meta?.progressToken;
  if (progressToken === undefined) return () => undefined;
  let progress = 0;
  const say = () => {
    progress += 1;
    const params = { progressToken, progress, message: 'waits for people to decide' };
    void notify({ method: 'notifications/progress', params }).catch(() => undefined);
  };
  say();
  const timer = setInterval(say, PROGRESS_MS);
  return () => clearInterval(timer);
}
