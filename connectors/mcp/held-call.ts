import { toAction } from '../hook/submission.ts';

export interface GatewayCall {
  readonly server: string;
  readonly tool: string;
  readonly input: Record<string, unknown>;
  readonly environment: string;
  /** Of the tool's definition as its server gives it now. */
  readonly digest: string;
  /** As the operator's file has it; null for a tool that is not in it. */
  readonly pinned: string | null;
}

/**
 * A tool whose definition nobody has pinned, or that changed since, is another action: a rule that
 * allows `mcp.files.read` was written by somebody who had read another text.
 */
export function toHeld({ server, tool, input, environment, digest, pinned }: GatewayCall) {
  const definition = digest === pinned ? 'pinned' : pinned === null ? 'new' : 'changed';
  const action = toAction(`mcp__${server}__${tool}`);
  const payload = {
    kind: 'mcp_call',
    server,
    tool,
    arguments: input,
    definition: { digest, status: definition },
  };
  const body = JSON.stringify({
    action: definition === 'pinned' ? action : action.replace(/^mcp\./, 'mcp_unpinned.').slice(0, 128),
    target: { system: 'mcp', environment, resource: server },
    reason: `the agent calls ${tool} of ${server}; its definition is ${definition}`,
    hold: 'ticket',
    payload,
  });
  return { payload, body };
}
