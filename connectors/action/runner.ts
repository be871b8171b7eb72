import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { Ended, EXIT } from '../guard/exit-codes.ts';

// How a JavaScript action talks to its runner:
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands

type Environment = NodeJS.ProcessEnv;

/** An input, or the empty text. */
export function input(environment: Environment, name: string): string {
  return (environment[`INPUT_${name.toUpperCase()}`] ?? '').trim();
}

export function required(environment: Environment, name: string): string {
  const value = input(environment, name);
  if (value === '') throw new Ended(EXIT.usage, `the input "${name}" is missing. Nothing was sent.`);
  return value;
}

/** What the steps after this one read. */
export function setOutput(environment: Environment, name: string, value: string): void {
  append(environment['GITHUB_OUTPUT'], name, value);
}

/** What this action reads again after the job, in `STATE_<name>`. */
export function saveState(environment: Environment, name: string, value: string): void {
  append(environment['GITHUB_STATE'], name, value);
}

/** Whatever prints it from now on, the runner shows stars. */
export function mask(value: string): void {
  process.stdout.write(`::add-mask::${escaped(value)}\n`);
}

/** Shown at the top of the run. */
export function fail(message: string): void {
  process.stdout.write(`::error title=Keyturn::${escaped(message)}\n`);
}

/** A delimiter that nobody can guess: a value must not be able to end itself and begin another. */
function append(file: string | undefined, name: string, value: string): void {
  if (file === undefined || file === '') throw new Ended(EXIT.usage, 'this is no runner of GitHub.');
  const end = `keyturn_${randomUUID()}`;
  appendFileSync(file, `${name}<<${end}\n${value}\n${end}\n`);
}

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
