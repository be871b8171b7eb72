import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { formatProblem } from '../policy-file/problem.ts';
import { readPolicyFile } from '../policy-file/read.ts';
import type { PolicyFile } from '../policy-file/schema.ts';

const BAD_CONFIGURATION = 78;

export function policyCommand(): Command {
  const command = new Command('policy')
    .description('look at the policy without starting the server')
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : BAD_CONFIGURATION));
  command
    .command('check')
    .description('load keyturn.yaml and say everything that is wrong with it')
    .option('--config <file>', 'the file to check (default: KEYTURN_CONFIG, or keyturn.yaml)')
    .action((options: { config?: string }) => {
      const { ok, text } = checkPolicy(options.config ?? (process.env['KEYTURN_CONFIG'] || 'keyturn.yaml'));
      process.stdout.write(text);
      if (!ok) process.exitCode = BAD_CONFIGURATION;
    });
  return command;
}

interface Report {
  readonly ok: boolean;
  readonly text: string;
}

function checkPolicy(path: string): Report {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    return {
      ok: false,
      text: `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}\n`,
    };
  }
  const result = readPolicyFile(text);
  if (result.ok) return { ok: true, text: summary(path, result.file) };
  const count = result.problems.length === 1 ? '1 problem' : `${result.problems.length} problems`;
  return {
    ok: false,
    text: `${result.problems.map((problem) => `${formatProblem(path, problem)}\n`).join('')}${count}\n`,
  };
}

function summary(path: string, file: PolicyFile): string {
  const size = (section: object) => String(Object.keys(section).length);
  const { effect, plan } = file.default;
  const lines = [
    `${path} is sound.`,
    `  people   ${size(file.people)}`,
    `  groups   ${size(file.groups)}`,
    `  clients  ${size(file.clients)}`,
    `  plans    ${size(file.plans)}`,
    `  rules    ${file.rules.length}, then ${effect}${plan === undefined ? '' : ` ${plan}`}`,
    '',
    ...notes(file),
  ];
  return `${lines.join('\n')}\n`;
}

/** What is allowed, and easily overlooked. */
function notes(file: PolicyFile): readonly string[] {
  const replacing = file.rules.filter((rule) => rule.replaces_default);
  const allowing = file.rules.filter((rule) => rule.effect === 'allow');
  const opening = file.rules.filter((rule) => rule.effect === 'require' && !rule.replaces_default);
  const list = (rules: PolicyFile['rules']) => rules.map((rule) => rule.id).join(', ');
  return [
    replacing.length === 0 ? 'No rule replaces the default.' : `Replaces the default: ${list(replacing)}`,
    ...(allowing.length === 0 ? [] : [`Runs without review: ${list(allowing)}`]),
    ...(file.default.effect === 'deny' && opening.length > 0
      ? [`Asks for review where the default would deny: ${list(opening)}`]
      : []),
  ];
}
