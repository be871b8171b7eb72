import { existsSync, readFileSync } from 'node:fs';
import type { Config } from '../compose.ts';
import type { Json, JsonObject } from '../core/canonical-json.ts';
import { KeyturnFault } from '../core/fault.ts';
import { readActions } from '../policy-file/actions.ts';
import { compileRulebook } from '../policy-file/compile.ts';
import type { EventSettings } from '../policy-file/event-settings.ts';
import type { KeepingSettings } from '../policy-file/keeping-settings.ts';
import { formatPath, formatProblem, type Path } from '../policy-file/problem.ts';
import { readPolicyFile } from '../policy-file/read.ts';
import type { PolicyFile } from '../policy-file/schema.ts';
import { dataDirOf, readSettings } from '../policy-file/settings.ts';
import { readSlackSettings } from './slack-settings.ts';
import { readTeamsSettings } from './teams-settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What `compose` needs, and what the command needs to give it its ports. */
export interface Configuration extends Config {
  readonly keeping: KeepingSettings;
  readonly events: readonly EventSettings[];
}

/** The file that governs: what was named, else KEYTURN_CONFIG, else `keyturn.yaml` here. Null when only the last is missing. */
export function configFile(named: string | undefined, env: Environment): string | null {
  const wanted = named ?? (env['KEYTURN_CONFIG'] === '' ? undefined : env['KEYTURN_CONFIG']);
  if (wanted !== undefined) return wanted;
  return existsSync('keyturn.yaml') ? 'keyturn.yaml' : null;
}

export function readConfiguration(file: string, env: Environment): Configuration {
  return toConfiguration(readText(file), file, env);
}

/** Where the data is and who there is. It asks for no secret that the file names: a backup needs none. */
export function readPlace(file: string, env: Environment): Pick<Configuration, 'dataDir' | 'people'> {
  const policy = readSound(readText(file), file).file;
  return { dataDir: dataDirOf(policy, file, env), people: peopleOf(policy) };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new KeyturnFault('CONFIG_INVALID', `${file} cannot be read: ${String(cause)}`, { cause });
  }
}

function readSound(text: string, file: string) {
  const read = readPolicyFile(text);
  if (read.ok) return read;
  throw new KeyturnFault(
    'CONFIG_INVALID',
    read.problems.map((problem) => formatProblem(file, problem)).join('\n'),
  );
}

function peopleOf({ people }: PolicyFile): NonNullable<Configuration['people']> {
  return Object.entries(people).map(([key, { accounts }]) => ({
    key,
    accounts: Object.keys(accounts).length,
  }));
}

/** Policy text to everything `compose` needs. Every problem at once, each with its line. */
export function toConfiguration(text: string, file: string, env: Environment): Configuration {
  const read = readSound(text, file);
  const settings = readSettings(read.file, file, env);
  const actions = readActions(read.file, file, env, Date.now);
  const slack = readSlackSettings(read.file, env, problemAt(file, read.lineOf));
  const teams = readTeamsSettings(read.file, env, settings.listen.host, problemAt(file, read.lineOf));
  const fixed = { sections: fixedSections(read.file), say: fixedProblem(file, read.lineOf) };
  return {
    ...settings,
    slack,
    teams,
    fixed,
    people: peopleOf(read.file),
    compile: (personOf) => compileRulebook(read.file, personOf, actions, settings.webhookKeys),
  };
}

/** What the process has taken hold of at its start: another one needs another process. */
const FIXED = [
  'listen',
  'admin',
  'data_dir',
  'key_dir',
  'queue',
  'audit',
  'mcp',
  'connectors',
  'events',
] as const;

function fixedSections(policy: PolicyFile): JsonObject {
  return Object.fromEntries(FIXED.map((key) => [key, policy[key] as Json]));
}

function fixedProblem(file: string, lineOf: (path: Path) => number): (path: Path) => string {
  const say = problemAt(file, lineOf);
  return (path) => say(path)('cannot change while Keyturn runs: put it back, or restart');
}

function problemAt(file: string, lineOf: (path: Path) => number) {
  return (path: Path) => (message: string) =>
    formatProblem(file, { line: lineOf(path), path: formatPath(path), message });
}
