import { lintPolicy } from '../policy-file/lint-policy.ts';
import { formatPath, formatProblem, type Path } from '../policy-file/problem.ts';
import type { PolicyFile } from '../policy-file/schema.ts';
import { type Report, readPolicyAt } from './policy-file.ts';

export function checkPolicy(path: string): Report {
  const read = readPolicyAt(path);
  if (!read.ok) return { end: 'unsound', text: read.text };
  const warnings = warningsOf(path, read.file, read.lineOf);
  return { end: 'ok', text: `${summary(path, read.file)}${warnings}` };
}

function warningsOf(path: string, file: PolicyFile, lineOf: (path: Path) => number): string {
  const warnings = lintPolicy(file)
    .map((finding) => ({
      line: lineOf(finding.path),
      path: formatPath(finding.path),
      message: `warning: ${finding.message}`,
    }))
    .sort((a, b) => a.line - b.line);
  if (warnings.length === 0) return '';
  const count = warnings.length === 1 ? '1 warning' : `${warnings.length} warnings`;
  return `\n${warnings.map((warning) => `${formatProblem(path, warning)}\n`).join('')}${count}\n`;
}

function summary(path: string, file: PolicyFile): string {
  const size = (section: object) => String(Object.keys(section).length);
  const { effect, plan } = file.default;
  const lines = [
    `${path} is sound.`,
    `  people   ${size(file.people)}`,
    `  groups   ${size(file.groups)}`,
    `  clients  ${size(file.clients)}`,
    ...(size(file.workers) === '0' ? [] : [`  workers  ${size(file.workers)}`]),
    `  plans    ${size(file.plans)}`,
    `  rules    ${file.rules.length}, then ${effect}${plan === undefined ? '' : ` ${plan}`}`,
    ...(file.tests.length === 0
      ? []
      : [`  tests    ${file.tests.length}; run them with: keyturn policy test`]),
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
