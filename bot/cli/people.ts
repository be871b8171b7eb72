import { userInfo } from 'node:os';
import { Command } from 'commander';
import { KeyturnFault } from '../core/fault.ts';
import { readAccount } from '../core/identity.ts';
import { callOperator } from './call-operator.ts';
import { configFile, readPlace } from './configuration.ts';

/** sysexits.h: EX_UNAVAILABLE and EX_CONFIG. */
const EXIT = { unavailable: 69, usage: 78 } as const;

interface Options {
  readonly config?: string;
}

export function peopleCommand(): Command {
  const command = new Command('people')
    .description('tie chat accounts to people, over the server that runs here')
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT.usage));
  command
    .command('link')
    .description('print a code with which one chat account becomes this person')
    .argument('<person>', 'the person, as keyturn.yaml calls them')
    .option('--config <file>', 'the policy file of the server')
    .action(async (person: string, options: Options) => {
      const nobody = `there is no active person "${person}" in the policy that the server runs with`;
      const said = await ask(options, '/people/link', { person }, nobody);
      if (said === null) return;
      process.stdout.write(
        [
          `code: ${String(said['code'])}`,
          `It is good for one account, until ${String(said['expires_at'])}. Give it to ${person} in person, never in a channel.`,
          `From the account that is to be theirs, in Slack, they type: /keyturn link ${String(said['code'])}`,
          '',
        ].join('\n'),
      );
    });
  command
    .command('unlink')
    .description('take a linked account from its person; what was done with it stays theirs')
    .argument('<account>', 'the account, e.g. slack:T01/U01 or github:github.com/583231')
    .option('--config <file>', 'the policy file of the server')
    .action(async (account: string, options: Options) => {
      if (readAccount(account) === null) {
        process.stderr.write(`keyturn: "${account}" is not an account such as slack:T01/U01\n`);
        process.exitCode = EXIT.usage;
        return;
      }
      const nobody = `${account} is linked to nobody; an account of keyturn.yaml is taken out there`;
      const said = await ask(options, '/people/unlink', { account, operator: userInfo().username }, nobody);
      if (said !== null)
        process.stdout.write(`${account} is no longer an account of ${String(said['person'])}.\n`);
    });
  return command;
}

async function ask(
  { config }: Options,
  path: string,
  body: Readonly<Record<string, string>>,
  notFound: string,
): Promise<Readonly<Record<string, unknown>> | null> {
  const file = configFile(config, process.env);
  if (file === null)
    throw new KeyturnFault('CONFIG_INVALID', 'there is no keyturn.yaml here: name one with --config');
  const called = await callOperator(readPlace(file, process.env).dataDir, path, body);
  if (called.ok) return called.body;
  process.stderr.write(`keyturn: ${called.code === 'NOT_FOUND' ? notFound : called.why}\n`);
  process.exitCode = EXIT.unavailable;
  return null;
}
