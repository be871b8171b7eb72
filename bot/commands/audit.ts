import { checkLog } from '../app/check-log.ts';
import type { PersonCaller } from '../app/context.ts';
import { entriesOf } from '../app/entries-of-days.ts';
import { exportAudit } from '../app/export-audit.ts';
import type { Refusal } from '../core/refusal.ts';
import type { Bundle } from '../ports/exporter.ts';
import { logCheckLines } from '../views/log-check.ts';
import { refusalLines } from '../views/refusal-answer.ts';
import { said, type Words } from '../views/words.ts';
import { type Answer, text } from './answer.ts';
import type { Means } from './means.ts';
import type { Typed } from './parse.ts';

/** It is held in memory until the face has sent it. A longer one has a way of its own. */
const MOST_BYTES = 32 * 1024 * 1024;

const TOO_LARGE: readonly Words[] = [
  [`The bundle is larger than ${MOST_BYTES / 2 ** 20} MiB, which is too much for a chat. Nothing was sent.`],
  ['Ask for fewer days, or run keyturn audit export with your own API token.'],
];
const CUT_OFF: readonly Words[] = [
  ['The export was cut off on its way. Nothing was sent. Try again; the log of the operator says why.'],
];

type ExportTyped = Extract<Typed, { readonly name: 'audit export' }>;

/** The bundle, for the auditor who asked and for nobody else: a face sends a file to one person alone. */
export async function auditExport(means: Means, caller: PersonCaller, typed: ExportTyped): Promise<Answer> {
  const stranger = await notAuditor(means, caller, typed.name);
  if (stranger !== null) return stranger;
  const { context, audit } = means;
  const range = entriesOf(context.store.committed, typed);
  if (range === null) {
    await means.refusedCalls.authenticated(caller, typed.name, 'INVALID');
    return text(false, [['Nothing was written on those days, so there is nothing to export.']]);
  }
  const exported = await exportAudit(context, audit.exporter, caller, { ...range, reports: null });
  if (!exported.ok) return no(caller, exported);
  const { bundle } = exported;
  let bytes: Uint8Array | null;
  try {
    bytes = await collect(bundle);
  } catch {
    return text(false, CUT_OFF);
  }
  if (bytes === null) return text(false, TOO_LARGE);
  const about: Words = [
    `The audit log, ${bundle.entries} entries, with its proofs and reports. `,
    'Unpack it and follow VERIFY.md: it checks without this server, and says where the key has to come from.',
  ];
  return { kind: 'file', name: bundle.name, mediaType: 'application/gzip', bytes, about };
}

export async function auditVerify(means: Means, caller: PersonCaller): Promise<Answer> {
  const stranger = await notAuditor(means, caller, 'audit verify');
  if (stranger !== null) return stranger;
  const checked = await checkLog(means.context, means.audit.checker, caller);
  if (!checked.ok) return no(caller, checked);
  const { unusable, problem } = checked.check;
  return text(unusable === null && problem === null, logCheckLines(checked.check));
}

/** The refusal for who is none, on record. */
async function notAuditor(
  { context, refusedCalls }: Means,
  caller: PersonCaller,
  name: string,
): Promise<Answer | null> {
  if (context.rulebook.auditors.has(caller.id)) return null;
  await refusedCalls.authenticated(caller, name, 'FORBIDDEN');
  return text(false, [[`${name} is for auditors, and you are none in this policy. Ask one of them.`]]);
}

function no(caller: PersonCaller, refusal: Refusal): Answer {
  switch (refusal.code) {
    case 'LIMIT_REACHED':
      return text(false, [['As many of these are under way as may be at once. Try again in a minute.']]);
    case 'INVALID':
      return text(false, [
        ['There is nothing to export like that.'],
        ...(refusal.fields ?? []).map(({ pointer, problem }) => [said(`${pointer.slice(1)}: ${problem}.`)]),
      ]);
    default:
      return text(false, refusalLines(refusal, caller.id, null));
  }
}

/** Null where it is too much. Whoever stops reading ends the export. */
async function collect({ pieces }: Bundle): Promise<Uint8Array | null> {
  const held: Uint8Array[] = [];
  let size = 0;
  for await (const piece of pieces) {
    size += piece.length;
    if (size > MOST_BYTES) return null;
    held.push(piece);
  }
  return Buffer.concat(held, size);
}
