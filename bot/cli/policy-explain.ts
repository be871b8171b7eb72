import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openReading } from '../../store/sqlite/open-reading.ts';
import { explainStored } from '../app/explain-request.ts';
import { KeyturnFault } from '../core/fault.ts';
import type { Instant, PersonId } from '../core/request.ts';
import { actionsAsWritten } from '../policy-file/actions.ts';
import { compileRulebook } from '../policy-file/compile.ts';
import { formatPath } from '../policy-file/problem.ts';
import { foresee } from '../policy-file/run-tests.ts';
import type { PolicyFile } from '../policy-file/schema.ts';
import { readSettings } from '../policy-file/settings.ts';
import { readTestRequest } from '../policy-file/test-request.ts';
import { requestLines, submissionLines } from '../views/explanation.ts';
import { type Report, readPolicyAt, rulebookOf } from './policy-file.ts';

export interface ExplainFlags {
  readonly requester?: string;
  readonly action?: string;
  readonly target?: string;
  readonly onBehalfOf?: string;
  readonly payload?: string;
  readonly at?: string;
  readonly request?: string;
}

export function explainPolicy(
  path: string,
  number: string | undefined,
  flags: ExplainFlags,
  now: Instant,
): Report {
  const read = readPolicyAt(path);
  if (!read.ok) return { end: 'unsound', text: read.text };
  if (number !== undefined) return explainNumber(path, read.file, number, now);
  const asked = readTestRequest(toRequest(flags));
  if (!asked.ok) {
    const lines = asked.findings.map((one) => `${formatPath(one.path)}: ${one.message}\n`);
    return { end: 'unsound', text: `${lines.join('')}See: keyturn policy explain --help\n` };
  }
  const rulebook = rulebookOf(read.file);
  const explanation = foresee(rulebook, asked.request, now);
  return { end: 'ok', text: toText(submissionLines(explanation, rulebook, (person) => person)) };
}

/** The database is only read, beside a server that may be running. */
function explainNumber(path: string, file: PolicyFile, number: string, now: Instant): Report {
  if (!/^[1-9]\d{0,14}$/.test(number))
    return { end: 'unsound', text: `"${number}" is not the number of a request\n` };
  const database = join(readSettings(file, path, process.env).dataDir, 'keyturn.db');
  const { reading, close } = openReading(database);
  try {
    const [request] = reading.list({ states: null, requester: null, before: Number(number) + 1, most: 1 });
    if (request?.number !== Number(number))
      return { end: 'unsound', text: `${database} has no request ${number}\n` };
    const personOf = (key: string) => reading.personOf(key) ?? (`psn_unknown_${key}` as PersonId);
    const rulebook = compileRulebook(file, personOf, actionsAsWritten(file));
    const explanation = explainStored(rulebook, reading, request, now);
    const nameOf = (person: PersonId) => reading.keyOf(person) ?? person;
    return { end: 'ok', text: toText(requestLines(explanation, request, rulebook, nameOf)) };
  } finally {
    close();
  }
}

function toRequest({ request, payload, requester, action, target, onBehalfOf, at }: ExplainFlags): unknown {
  const given = {
    ...(requester !== undefined && { requester }),
    ...(action !== undefined && { action }),
    ...(target !== undefined && { target }),
    ...(onBehalfOf !== undefined && { on_behalf_of: onBehalfOf }),
    ...(payload !== undefined && { payload: readJson(payload) }),
    ...(at !== undefined && { at }),
  };
  const base = request === undefined ? {} : readJson(request);
  return typeof base === 'object' && base !== null && !Array.isArray(base) ? { ...base, ...given } : base;
}

function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (cause) {
    throw new KeyturnFault('CONFIG_INVALID', `${file} cannot be read: ${String(cause)}`, { cause });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new KeyturnFault('CONFIG_INVALID', `${file === '-' ? 'stdin' : file} is not JSON`, { cause });
  }
}

function toText(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
