import { Command, type CommanderError } from 'commander';
import { Ended, EXIT } from '../../connectors/guard/exit-codes.ts';
import { type Given, withGiven } from '../../connectors/guard/given.ts';
import { openSettings } from '../../connectors/guard/job-token.ts';
import { readTimeoutMs } from '../../connectors/guard/options.ts';
import { SOFTWARE } from '../software.ts';

interface McpFlags extends Given {
  readonly target?: string;
  readonly action?: string;
  readonly onBehalfOf?: string;
  readonly deadline?: string;
  readonly gateway?: string;
}

const DEADLINE_MS = 50_000;

export function mcpCommand(): Command {
  return new Command('mcp')
    .description('an MCP server on stdin and stdout: ask for approvals, wait, look, cancel; nothing approves')
    .option('--url <url>', 'where Keyturn is, instead of KEYTURN_URL')
    .option('--token-file <file>', 'holds the token of a client, instead of KEYTURN_TOKEN')
    .option('--gateway <file>', 'holds the tool calls to the servers of this file instead')
    .option('--target <system/environment/resource>', 'adds permission_prompt; what the agent acts on')
    .option('--action <name>', 'the action of permission_prompt; otherwise tool.NAME or mcp.SERVER.NAME')
    .option('--on-behalf-of <person>', 'the person whose wish it is')
    .option(
      '--deadline <duration>',
      'permission_prompt (50s) or the gateway answers after this long at the latest',
    )
    .exitOverride((end: CommanderError) => process.exit(end.exitCode === 0 ? EXIT.approved : EXIT.usage))
    .action(async (flags: McpFlags) => process.exit(await serve(flags)));
}

async function serve(flags: McpFlags): Promise<number> {
  try {
    const settings = await openSettings(await withGiven(process.env, flags));
    const { target, action, onBehalfOf, deadline, gateway } = flags;
    const givenMs = deadline === undefined ? null : readTimeoutMs({ timeout: deadline });
    if (gateway !== undefined) {
      // They would look as if they counted.
      if ((target ?? action ?? onBehalfOf) !== undefined) {
        throw new Ended(
          EXIT.usage,
          '--gateway names target and action by itself: leave out the options for them.',
        );
      }
      const { serveGateway } = await import('../../connectors/mcp/stdio-gateway.ts');
      await serveGateway(settings, { path: gateway, deadlineMs: givenMs, software: SOFTWARE });
      return EXIT.approved;
    }
    const deadlineMs = givenMs ?? DEADLINE_MS;
    const named = {
      ...(action === undefined ? {} : { action }),
      ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
    };
    const { serveOnStdio } = await import('../../connectors/mcp/stdio.ts');
    await serveOnStdio(settings, {
      software: SOFTWARE,
      ...(target === undefined
        ? {}
        : { prompt: { flags: { target, ...named }, cwd: process.cwd(), deadlineMs } }),
    });
    return EXIT.approved;
  } catch (cause) {
    const isOurs = cause instanceof Ended;
    process.stderr.write(
      `keyturn: ${isOurs ? cause.message : `something is wrong here: ${String(cause)}`}\n`,
    );
    return isOurs ? cause.exitCode : EXIT.usage;
  }
}
