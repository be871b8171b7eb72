import { isDeepStrictEqual } from 'node:util';
import type { Command } from 'commander';
import { type GuardFlags, guard } from '../../connectors/guard/hold.ts';
import { collect, submissionCommand } from './request.ts';

export function guardCommand(): Command {
  const command = submissionCommand('guard')
    .description('hold a command until it is approved, then run it, without a shell')
    .option('--env <name>', 'pass this variable to the command; may be repeated', collect)
    .option('--env-all', 'pass every variable; reviewers are told')
    .option('--stdin', 'read stdin to its end first; reviewers see it, the command gets it')
    .option('--interactive', 'pass the terminal; reviewers are told that what is typed is not approved')
    .option('--pin <file>', 'refuse to run if this file changes; may be repeated', collect)
    .option(
      '--plan <file>',
      'a saved Terraform plan that the command applies; reviewers see what it would do',
    )
    .argument('<command...>', 'after --: the command and its arguments')
    .usage('[options] -- COMMAND [ARGUMENT…]');
  return command.action(async (argv: readonly string[], flags: GuardFlags) => {
    // What is approved and run is exactly what stands after the `--`. Without one, commander might
    // take an option of the command's for one of ours.
    const dashes = process.argv.indexOf('--');
    if (dashes === -1 || !isDeepStrictEqual([...argv], process.argv.slice(dashes + 1))) {
      command.error('error: the command and all its arguments go after --');
    }
    process.exit(await guard(argv, flags));
  });
}
