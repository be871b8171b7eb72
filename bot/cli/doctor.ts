import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { lastOfSoundLog } from '../../store/sqlite/check-log.ts';
import { KeyturnFault } from '../core/fault.ts';
import { readPolicyFile } from '../policy-file/read.ts';
import { callOperator } from './call-operator.ts';
import { configFile, readConfiguration } from './configuration.ts';
import { examineTeams } from './doctor-teams.ts';
import { type Finding, findingLines, fine, note, wrong } from './finding.ts';

interface Options {
  readonly config?: string;
  readonly person?: string;
}

/** sysexits.h: EX_CONFIG, for wrong usage. What is wrong with the install is 1. */
const EXIT = { wrong: 1, usage: 78 } as const;

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('look at the install: policy, log, Slack and Teams; with --person, also where cards go')
    .option('--config <file>', 'the policy file, instead of KEYTURN_CONFIG or ./keyturn.yaml')
    .option('--person <key>', 'send a sample card to this person, and see whether the app is in its channels')
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT.usage))
    .action(async (options: Options) => {
      let bad = 0;
      for await (const finding of examine(options)) {
        process.stdout.write(findingLines(finding));
        if (finding.level === 'wrong') bad += 1;
      }
      process.stdout.write(bad === 0 ? 'Nothing is wrong.\n' : `${bad} to mend.\n`);
      if (bad > 0) process.exitCode = EXIT.wrong;
    });
}

async function* examine({ config, person }: Options): AsyncGenerator<Finding> {
  const name = configFile(config, process.env);
  if (name === null) {
    yield wrong('there is no keyturn.yaml here', 'keyturn init writes one.');
    return;
  }
  let configuration: ReturnType<typeof readConfiguration>;
  try {
    configuration = readConfiguration(name, process.env);
  } catch (cause) {
    if (!(cause instanceof KeyturnFault)) throw cause;
    for (const line of cause.message.split('\n')) yield wrong(line);
    return;
  }
  yield fine(`${name} is a sound policy`);
  yield logFinding(configuration.dataDir, configuration.log);
  yield await botFinding(configuration.dataDir);
  const read = readPolicyFile(readFileSync(name, 'utf8'));
  if (!read.ok) return;
  if (person !== undefined && !Object.hasOwn(read.file.people, person))
    yield wrong(`there is no person "${person}" in ${name}`);
  const { slack, teams } = configuration;
  if (teams == null) yield note('Teams is not configured', 'See .github/docs/teams.md');
  else yield* examineTeams({ settings: teams, file: read.file, person: person ?? null });
  if (slack == null) {
    yield note('Slack is not configured', 'See .github/docs/slack.md');
    return;
  }
  // Slack's client takes a while to load, and most installs of the doctor do not need it.
  const { examineSlack } = await import('./doctor-slack.ts');
  yield* examineSlack({ settings: slack, file: read.file, person: person ?? null });
}

function logFinding(dataDir: string, log: string): Finding {
  try {
    const last = lastOfSoundLog(join(dataDir, 'keyturn.db'), log);
    return last === null
      ? note(`there is no log in ${dataDir} yet`)
      : fine(`the log's tail is whole, up to entry ${last}`);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return wrong(`the log's tail is broken: ${why}`, 'keyturn audit verify names the first bad entry.');
  }
}

/** Only the bot has asked the anchors: an older copy of the log looks whole by itself. */
async function botFinding(dataDir: string): Promise<Finding> {
  const called = await callOperator(dataDir, '/ready', {});
  if (!called.ok) return note(`the bot could not be asked whether it is ready: ${called.why}`);
  const { reason } = called.body;
  if (reason === null) return fine('the bot runs, and is ready');
  return wrong(
    `the bot is not ready: ${String(reason)}`,
    'See .github/docs/running.md, "Backup, restore, upgrade".',
  );
}
