import { parseArgs } from 'node:util';
import { verifyWanted } from './verify-run.ts';
import { EXIT, EXIT_WORDS, exitOf, toJson, toText } from './verify-words.ts';

// What `verify.mjs` in a bundle is made of: the verifier alone, for somebody who has Node and nothing
// of ours. `keyturn audit verify` runs the same code.

const USAGE = `usage: node verify.mjs [--key KEY] [--anchor FILE]... [--json] [BUNDLE]

BUNDLE    an audit-….tar.gz, the folder it was unpacked to, or entries as JSON lines; default: this folder
--key     the verifier key that you trust, or a file that holds it; got from the operator, not from the bundle
--anchor  a file with what you hold from outside: a checkpoint, a saved message, footers of cards

${EXIT_WORDS}
`;

const OPTIONS = {
  key: { type: 'string' },
  anchor: { type: 'string', multiple: true },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

async function main(): Promise<number> {
  const parsed = readArguments();
  if (typeof parsed === 'string') {
    process.stderr.write(`${parsed}\n\n${USAGE}`);
    return EXIT.unusable;
  }
  const { values, positionals } = parsed;
  if (values.help === true) {
    process.stdout.write(USAGE);
    return EXIT.sound;
  }
  const file = positionals[0] ?? '.';
  const wanted = { file, key: values.key ?? null, anchors: values.anchor ?? [] };
  const outcome = await verifyWanted(wanted, null);
  const { text, isError } = toText(file, outcome);
  if (values.json === true) process.stdout.write(toJson(outcome));
  else (isError ? process.stderr : process.stdout).write(text);
  return exitOf(outcome);
}

function readArguments() {
  try {
    const parsed = parseArgs({ options: OPTIONS, allowPositionals: true, strict: true });
    return parsed.positionals.length > 1 ? 'one bundle at a time' : parsed;
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause);
  }
}

process.exitCode = await main();
