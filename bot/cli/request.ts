import { Command, type CommanderError } from 'commander';
import { ask, type RequestFlags } from '../../connectors/guard/ask.ts';
import { EXIT } from '../../connectors/guard/exit-codes.ts';
import { hideTokens } from '../../connectors/guard/text.ts';

export function requestCommand(): Command {
  return submissionCommand('request')
    .description('submit one request and print it as JSON')
    .option('--payload <file>', 'the payload, a JSON object; - reads stdin')
    .option('--wait', 'wait for the decision; exit 0 only when approved')
    .action(async (flags: RequestFlags) => process.exit(await ask(flags)));
}

/** What `request` and `guard` have in common: the options of a submission, and 78 for every wrong use. */
export function submissionCommand(name: string): Command {
  return new Command(name)
    .requiredOption('--action <name>', 'the privileged action, e.g. db.export')
    .requiredOption('--target <system/environment/resource>', 'what it acts on, e.g. postgres/prod/orders')
    .requiredOption('--reason <text>', 'why, for the people who decide')
    .option('--on-behalf-of <person>', 'the person whose wish this is')
    .option('--expires-in <duration>', 'shorten the time to decide, e.g. 90s, 30m, 24h')
    .option('--link <url>', 'something to look at; may be repeated', collect)
    .option('--timeout <duration>', 'give up, and cancel the request, after this long')
    .configureOutput({
      // Commander quotes what it does not know, and that may be a token in the wrong place.
      outputError: (text, write) => write(hideTokens(text, process.env['KEYTURN_TOKEN'])),
    })
    .exitOverride((end: CommanderError) => process.exit(end.exitCode === 0 ? EXIT.approved : EXIT.usage));
}

export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
