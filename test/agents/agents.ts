import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export const AGENT_NAMES = ['claude-code', 'codex'] as const;
export type AgentName = (typeof AGENT_NAMES)[number];

interface AgentKind {
  readonly program: string;
  /** Where an administrator's settings are, which the user cannot change. */
  readonly managed: string;
  readonly args: (model: string, more: readonly string[]) => readonly string[];
  readonly env: (home: string, model: string) => Readonly<Record<string, string>>;
}

const AGENT: Readonly<Record<AgentName, AgentKind>> = {
  'claude-code': {
    program: 'claude',
    managed: '/etc/claude-code/managed-settings.json',
    args: (_model, more) => ['-p', 'tidy up', '--output-format', 'json', ...more],
    env: (_home, model) => ({
      ANTHROPIC_BASE_URL: model,
      ANTHROPIC_API_KEY: 'sk-ant-none',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_AUTOUPDATER: '1',
      IS_SANDBOX: '1',
    }),
  },
  codex: {
    program: 'codex',
    managed: '/etc/codex/requirements.toml',
    args: (model, more) => [
      ...['exec', '--skip-git-repo-check', '-m', 'gpt-5.1-codex', '-c', 'model_provider=stub'],
      ...[
        '-c',
        `model_providers.stub={name="s",base_url="${model}/v1",wire_api="responses",env_key="STUB_KEY"}`,
      ],
      ...more,
      'tidy up',
    ],
    env: (home) => ({ CODEX_HOME: join(home, '.codex'), STUB_KEY: 'none' }),
  },
};

/** Full rights without asking anybody: only what Keyturn holds is held. */
export const UNASKED: Readonly<Record<AgentName, readonly string[]>> = {
  'claude-code': ['--dangerously-skip-permissions'],
  codex: ['--dangerously-bypass-approvals-and-sandbox'],
};

/** The agent's program, or null where it is not installed. */
export function findAgent(name: AgentName): string | null {
  const folders = [
    ...(process.env['KEYTURN_AGENTS'] === undefined
      ? []
      : [join(process.env['KEYTURN_AGENTS'], 'node_modules/.bin')]),
    ...(process.env['PATH'] ?? '').split(delimiter),
  ];
  return folders.map((folder) => join(folder, AGENT[name].program)).find((path) => existsSync(path)) ?? null;
}

export function versionOf(program: string): string {
  return spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout.trim();
}

/** Whether a process here can have an `/etc` of its own, so that managed settings are tried as they are. */
export function canHaveOwnEtc(): boolean {
  return spawnSync('unshare', ['--mount', 'true']).status === 0;
}

/**
 * Runs the agent with these managed settings, in a copy of `/etc` that nobody else sees. `null`: none.
 */
export function startAgent(
  name: AgentName,
  program: string,
  {
    folder,
    model,
    managed,
    more,
  }: { folder: string; model: string; managed: string | null; more: readonly string[] },
): ChildProcess {
  const { args, env } = AGENT[name];
  mkdirSync(join(folder, 'home/.codex'), { recursive: true });
  mkdirSync(join(folder, 'work'), { recursive: true });
  writeFileSync(join(folder, 'managed'), managed ?? '');
  const script = [
    'set -e',
    'mount --make-rprivate /',
    `cp -a /etc '${folder}/etc'; mount --bind '${folder}/etc' /etc`,
    ...(managed === null
      ? []
      : [`mkdir -p "$(dirname ${AGENT[name].managed})"; cp '${folder}/managed' ${AGENT[name].managed}`]),
    `cd '${folder}/work'; exec "$@"`,
  ].join('\n');
  return spawn('unshare', ['--mount', 'sh', '-c', script, 'sh', program, ...args(model, more)], {
    env: { PATH: process.env['PATH'] ?? '', HOME: join(folder, 'home'), ...env(join(folder, 'home'), model) },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
}
