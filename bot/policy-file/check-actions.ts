import { pointerIn } from '../../queue/executors/argv.ts';
import { isPointer } from '../core/redaction.ts';
import type { Check } from './check.ts';
import { rangeProblem, urlProblem } from './check-address.ts';
import type { Path } from './problem.ts';
import type { Execute } from './schema-execute.ts';

export function checkActions({ draft, report }: Check): void {
  for (const [key, action] of draft.actions) {
    for (const [index, pointer] of (action?.redact ?? []).entries()) {
      if (isPointer(pointer)) continue;
      report(['actions', key, 'redact', index], 'must be a JSON pointer into the payload, such as /secret');
    }
    const execute = action?.execute;
    if (execute !== undefined) checkExecute(execute, ['actions', key, 'execute'], report);
  }
}

function checkExecute(execute: Execute, path: Path, report: Check['report']): void {
  const { http, command, github_workflow: workflow, kind } = execute;
  const given = [http, command, workflow].filter((one) => one !== undefined);
  if (given.length !== 1) report(path, 'needs one of http, command and github_workflow');
  if (kind === 'checkable' && http?.check_url === undefined) {
    report([...path, 'kind'], 'checkable needs an http.check_url to ask whether it happened');
  }
  if (kind !== 'checkable' && http?.check_url !== undefined) {
    report([...path, 'http', 'check_url'], 'is asked for kind checkable only');
  }
  if (http !== undefined) checkHttp(http, [...path, 'http'], report);
  if (command !== undefined) checkCommand(command, [...path, 'command'], report);
  if (workflow !== undefined) checkWorkflow(workflow, kind, path, report);
}

function checkWorkflow(
  { inputs, api_url: url }: NonNullable<Execute['github_workflow']>,
  kind: Execute['kind'],
  path: Path,
  report: Check['report'],
): void {
  const at = [...path, 'github_workflow'];
  // GitHub takes no idempotency key, and cannot be asked which run was ours.
  if (kind !== 'once')
    report([...path, 'kind'], 'must be once: a workflow that was started is not started again');
  const problem = url.includes('?') ? 'must have no query' : urlProblem(url);
  if (problem !== null) report([...at, 'api_url'], problem);
  for (const [name, value] of Object.entries(inputs))
    if (/\{\//.test(value) && pointerIn(value) === null)
      report(
        [...at, 'inputs', name],
        'a payload value takes a whole input: {/version}, with nothing before or after it',
      );
}

function checkHttp(http: NonNullable<Execute['http']>, path: Path, report: Check['report']): void {
  for (const key of ['url', 'check_url'] as const) {
    const text = http[key];
    const problem = text === undefined ? null : urlProblem(text);
    if (problem !== null) report([...path, key], problem);
  }
  for (const [index, range] of http.allow_cidrs.entries()) {
    const problem = rangeProblem(range);
    if (problem !== null) report([...path, 'allow_cidrs', index], problem);
  }
}

function checkCommand({ argv }: NonNullable<Execute['command']>, path: Path, report: Check['report']): void {
  for (const [index, argument] of argv.entries()) {
    const at = [...path, 'argv', index];
    if (argument.includes('\0')) report(at, 'must not hold a NUL character');
    // `v{/version}` would be taken literally, and whoever wrote it thinks otherwise.
    else if (/\{\//.test(argument) && pointerIn(argument) === null) {
      report(at, 'a payload value takes a whole argument: {/version}, with nothing before or after it');
    } else if (index === 0 && pointerIn(argument) !== null) {
      report(at, 'the program must stand here: a payload must not choose it');
    }
  }
}
