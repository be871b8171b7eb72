import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, type CommanderError } from 'commander';
import { readTimeoutMs } from '../../connectors/guard/options.ts';
import { readUrl } from '../../connectors/guard/settings.ts';
import type { Answering } from '../../connectors/hook/fail-closed.ts';
import { toManagedSettings } from '../../connectors/hook/install.ts';
import { runHook, whyOf } from '../../connectors/hook/run.ts';
import { AGENTS, type Agent, type HookFlags, toBody } from '../../connectors/hook/submission.ts';
import { collect } from './request.ts';

/** Exit 2, the one code besides 0 that an agent takes for a "no". */
const BLOCKED = 2;

export function hookCommand(answering: Answering): Command {
  const command = new Command('hook')
    .description('hold the tool calls of an agent; a seat belt, see connectors/hook/README.md')
    .exitOverride((end) => leave(answering, end));
  for (const agent of AGENTS) {
    command.addCommand(
      withOptions(new Command(agent), answering)
        .description(`${agent}: the call as JSON on stdin, the decision as JSON on stdout`)
        .action((flags: HookFlags) => answer(answering, agent, flags)),
    );
  }
  return command.addCommand(installCommand(answering));
}

function withOptions(command: Command, answering: Answering): Command {
  return command
    .requiredOption('--target <system/environment/resource>', 'what the agent acts on, e.g. laptop/dev/alice')
    .option('--action <name>', 'the action; otherwise tool.NAME or mcp.SERVER.NAME')
    .option('--on-behalf-of <person>', 'the person whose wish this is')
    .option('--url <url>', 'where Keyturn is, instead of KEYTURN_URL')
    .option('--token-file <file>', 'holds the token of a client, instead of KEYTURN_TOKEN')
    .option('--deadline <duration>', 'answer the agent after this long at the latest; 9m')
    .option('--harmless <tool>', 'a tool that needs nobody; * at the end for all that begin so', collect)
    .exitOverride((end) => leave(answering, end));
}

function installCommand(answering: Answering): Command {
  const install = new Command('install')
    .description('print the settings that an administrator puts where the agent’s user cannot change them')
    .exitOverride((end) => leave(answering, end));
  for (const agent of AGENTS) {
    install.addCommand(
      withOptions(new Command(agent), answering).action(async (flags: HookFlags) => {
        await say(answering, settingsFor(agent, flags));
      }),
    );
  }
  return install;
}

function settingsFor(agent: Agent, flags: HookFlags): string {
  if (flags.url === undefined) throw new Error('--url is needed');
  if (flags.tokenFile === undefined) throw new Error('--token-file is needed');
  const probe = { event: 'PreToolUse', session: 's', id: 'i', tool: 'Bash', input: {}, cwd: '/' };
  // Whatever is wrong with the target or a duration is said now, not at the first call.
  toBody(agent, probe, flags);
  const deadlineMs = flags.deadline === undefined ? null : readTimeoutMs({ timeout: flags.deadline });
  return toManagedSettings(agent, {
    program: [process.execPath, realpathSync(process.argv[1] ?? '')],
    flags: { ...flags, url: readUrl(flags.url), tokenFile: resolve(flags.tokenFile) },
    deadlineS: deadlineMs === null ? null : deadlineMs / 1_000,
  });
}

async function answer(answering: Answering, agent: Agent, flags: HookFlags): Promise<void> {
  try {
    await say(answering, await runHook(agent, flags));
  } catch (cause) {
    process.stderr.write(`Keyturn: ${whyOf(cause)}. The call is blocked. Nothing was run.\n`);
    process.exit(BLOCKED);
  }
}

/** Written whole before this process says that it answered: half an answer is none, and none runs the call. */
async function say(answering: Answering, text: string): Promise<void> {
  if (text !== '') {
    await new Promise<void>((done, failed) => {
      process.stdout.on('error', failed);
      process.stdout.write(text, (cause) => (cause == null ? done() : failed(cause)));
    });
  }
  answering.answered();
  process.exit(0);
}

function leave(answering: Answering, end: CommanderError): never {
  if (end.exitCode === 0) answering.answered();
  process.exit(end.exitCode === 0 ? 0 : BLOCKED);
}
