import { Command } from 'commander';
import { checkPolicy } from './policy-check.ts';
import { type ExplainFlags, explainPolicy } from './policy-explain.ts';
import type { Report } from './policy-file.ts';
import { testPolicy } from './policy-test.ts';

/** sysexits.h: EX_CONFIG. A failed test of a sound file is 1. */
const EXIT: Readonly<Record<Report['end'], number>> = { ok: 0, failed: 1, unsound: 78 };

export function policyCommand(): Command {
  const command = new Command('policy')
    .description('look at the policy without starting the server')
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT.unsound));
  const run = ({ end, text }: Report) => {
    process.stdout.write(text);
    if (end !== 'ok') process.exitCode = EXIT[end];
  };
  const fileOf = ({ config }: { readonly config?: string }) =>
    config ?? (process.env['KEYTURN_CONFIG'] || 'keyturn.yaml');
  const subcommand = (name: string, what: string) =>
    command
      .command(name)
      .description(what)
      .option('--config <file>', 'the file to look at (default: KEYTURN_CONFIG, or keyturn.yaml)');

  subcommand(
    'check',
    'load keyturn.yaml and say everything that is wrong with it, and what looks wrong',
  ).action((options: { config?: string }) => run(checkPolicy(fileOf(options))));
  subcommand('test', 'run the tests that stand in keyturn.yaml').action((options: { config?: string }) =>
    run(testPolicy(fileOf(options), Date.now())),
  );
  subcommand('explain', 'say what a request would meet, and why')
    .argument('[number]', 'a request that is there, by its number in the configured database')
    .option('--requester <name>', 'the client or person who would ask')
    .option('--action <name>', 'the privileged action, e.g. db.export')
    .option('--target <system/environment/resource>', 'what it acts on, e.g. postgres/prod/orders')
    .option('--on-behalf-of <person>', 'the person whose wish it would be')
    .option('--payload <file>', 'the payload, a JSON object; - reads stdin')
    .option('--at <time>', 'when it would be asked, e.g. 2026-11-28T20:00:00Z')
    .option(
      '--request <file>',
      'all of these as one JSON object, as in a test of keyturn.yaml; - reads stdin',
    )
    .action((number: string | undefined, flags: ExplainFlags & { config?: string }) =>
      run(explainPolicy(fileOf(flags), number, flags, Date.now())),
    );
  return command;
}
