import { Command } from 'commander';
import { verifyDatabase } from '../../store/sqlite/verify-database.ts';
import { type Outcome, verifyWanted } from './verify-run.ts';
import { EXIT, EXIT_WORDS, type Exit, exitOf, toJson, toText } from './verify-words.ts';

interface Options {
  readonly key?: string;
  readonly anchor: readonly string[];
  readonly json?: true;
}

export function auditVerifyCommand(defaultDatabase: () => string): Command {
  const command = new Command('verify')
    .description('check the log: signatures, bytes, chain, tree, texts, and every quorum from the votes')
    .argument(
      '[file]',
      'a keyturn.db, a bundle, or entries as JSON lines; - reads stdin; default: the configured database',
    )
    .option('--key <key>', 'the verifier key that you trust, or a file that holds it')
    .option(
      '--anchor <file>',
      'what you hold from outside: checkpoints, messages, footers of cards; may be repeated',
      (file: string, all: readonly string[]) => [...all, file],
      [],
    )
    .option('--json', 'print the result as JSON')
    .addHelpText('after', `\n${EXIT_WORDS}`)
    // Commander's own exit code for wrong usage is 1, which would say that somebody tampered.
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT.unusable));
  return command.action(async (file: string | undefined, { key, anchor, json }: Options) => {
    const { writeOut, writeErr } = command.configureOutput();
    const write = writeOut ?? ((text: string) => void process.stdout.write(text));
    const writeError = writeErr ?? ((text: string) => void process.stderr.write(text));
    const [name, outcome] = await run(file, defaultDatabase, key ?? null, anchor);
    const { text, isError } = toText(name, outcome);
    if (json) write(toJson(outcome));
    else (isError ? writeError : write)(text);
    const exit: Exit = exitOf(outcome);
    process.exitCode = exit;
  });
}

async function run(
  file: string | undefined,
  defaultDatabase: () => string,
  key: string | null,
  anchors: readonly string[],
): Promise<[name: string, outcome: Outcome]> {
  let name = file ?? '';
  try {
    name = file ?? defaultDatabase();
  } catch (cause) {
    return [name, { why: cause instanceof Error ? cause.message : String(cause) }];
  }
  return [name, await verifyWanted({ file: name, key, anchors }, verifyDatabase)];
}
