import { DEADLINE_MS } from './run.ts';
import type { Agent, HookFlags } from './submission.ts';

/** The hook ends by itself, else the kernel ends it, and only then would the agent give up on it. */
const KILL_AFTER_S = 20;
const AGENT_AFTER_S = 40;

export interface Installed {
  /** What runs the hook: Node and the command line, by absolute path. */
  readonly program: readonly string[];
  readonly flags: HookFlags & { readonly url: string; readonly tokenFile: string };
  readonly deadlineS: number | null;
}

// Codex takes an exit 2 that says nothing on stderr for a hook that failed, and runs the call. A hook that
// was killed says nothing.
const SAY = "echo 'Keyturn: the hook gave no answer. The call is blocked.' >&2";

/**
 * The shell line that an agent runs. An empty environment and absolute paths, because the settings of a
 * checked out project may set variables: NODE_OPTIONS would load foreign code into the hook, KEYTURN_URL
 * would send it to a server that approves everything.
 */
function hookCommand(agent: Agent, { program, flags, deadlineS }: Installed): string {
  const seconds = deadlineS ?? DEADLINE_MS / 1_000;
  const options = [
    ['--target', flags.target],
    ['--url', flags.url],
    ['--token-file', flags.tokenFile],
    ['--deadline', `${seconds}s`],
    ...(flags.action === undefined ? [] : [['--action', flags.action]]),
    ...(flags.onBehalfOf === undefined ? [] : [['--on-behalf-of', flags.onBehalfOf]]),
    ...(flags.harmless ?? []).map((name) => ['--harmless', name]),
  ].flat();
  const words = [...program, 'hook', agent, ...options].map(quoted).join(' ');
  const kill = seconds + KILL_AFTER_S;
  const run = `/usr/bin/env -i HOME="$HOME" PATH=/usr/bin:/bin timeout -s KILL ${kill} ${words}`;
  return `${run} || { ${SAY}; exit 2; }`;
}

/** For an administrator to put where the agent's user cannot change it. */
export function toManagedSettings(agent: Agent, installed: Installed): string {
  const hook = {
    type: 'command',
    command: hookCommand(agent, installed),
    timeout: (installed.deadlineS ?? DEADLINE_MS / 1_000) + AGENT_AFTER_S,
  };
  const all = [{ matcher: '*', hooks: [hook] }];
  if (agent === 'codex') return `${toRequirements(hook)}\n`;
  const hooks = { PreToolUse: all, PostToolUse: all, PostToolUseFailure: all };
  return `${JSON.stringify({ allowManagedHooksOnly: true, hooks }, null, 2)}\n`;
}

/** As TOML: its strings are JSON's. */
function toRequirements(hook: object): string {
  const lines = Object.entries(hook).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
  const on = (event: string) => [`[[hooks.${event}]]`, `[[hooks.${event}.hooks]]`, ...lines, ''];
  return ['allow_managed_hooks_only = true', '', '[features]', 'hooks = true', '', ...on('PreToolUse')]
    .join('\n')
    .trimEnd();
}

/** One word for a shell, whatever stands in it. */
function quoted(word: string): string {
  return /^[A-Za-z0-9_./:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
