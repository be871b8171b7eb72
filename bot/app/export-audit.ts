import { type FieldProblem, type Refusal, refuse } from '../core/refusal.ts';
import type { Bundle, Exporter, ExportOrder } from '../ports/exporter.ts';
import { write } from './change-request.ts';
import type { Context, PersonCaller } from './context.ts';
import { callRefused, recordRefusal } from './record-refusal.ts';
import { checkpointIn } from './take-checkpoint.ts';

export interface ExportAsked {
  readonly from: number | null;
  readonly to: number | null;
  readonly reports: readonly string[] | null;
}

/**
 * A copy of the log that stands without us. For auditors; it is an entry, and that entry is under the
 * checkpoint that the bundle brings along.
 */
export async function exportAudit(
  context: Context,
  exporter: Exporter,
  caller: PersonCaller,
  asked: ExportAsked,
): Promise<{ readonly ok: true; readonly bundle: Bundle } | Refusal> {
  type Ordered = { readonly ok: true; readonly order: ExportOrder } | Refusal;
  const ordered = await write<Ordered>(context, (writing) => {
    const { tx, at } = writing;
    const no = (refusal: Refusal): Refusal => {
      recordRefusal(context, writing, caller, callRefused('export')(refusal.code));
      return refusal;
    };
    if (!context.rulebook.auditors.has(caller.id)) return no(refuse('FORBIDDEN'));
    const first = tx.firstSeq();
    const from = asked.from ?? first;
    // The entry that tells of the export is the newest one that can be in it.
    const newest = tx.lastSeq() + 1;
    const to = asked.to ?? newest;
    const reports = asked.reports ?? exporter.reportNames;
    const problems = problemsOf({ from, to, reports }, { first, newest }, exporter.reportNames);
    if (problems.length > 0) return no(refuse('INVALID', { fields: problems }));
    if (!exporter.hasRoom()) return no(refuse('LIMIT_REACHED', { retryAfter: 30 }));
    if (context.guard.why() !== null) return no(refuse('UNAVAILABLE'));
    tx.append({ type: 'audit.exported', from, to, reports }, caller.actor, at, null);
    const checkpoint = checkpointIn(context, writing);
    if (checkpoint === null) return no(refuse('UNAVAILABLE'));
    const origin = tx.tree.origin();
    return { ok: true, order: { from, to, reports, checkpoint, origin, by: caller.id, at } };
  });
  if (!ordered.ok) return ordered;
  return { ok: true, bundle: exporter.start(ordered.order) };
}

function problemsOf(
  { from, to, reports }: Pick<ExportOrder, 'from' | 'to' | 'reports'>,
  { first, newest }: { readonly first: number; readonly newest: number },
  known: readonly string[],
): readonly FieldProblem[] {
  const unknown = reports.filter((name) => !known.includes(name));
  return [
    ...(from < first
      ? [{ pointer: '/from', problem: `entries before ${first} are in an archive, and no longer here` }]
      : []),
    ...(to > newest ? [{ pointer: '/to', problem: `the log ends at entry ${newest}` }] : []),
    ...(from > to ? [{ pointer: '/from', problem: 'must not be after to' }] : []),
    ...unknown.map((name) => ({
      pointer: '/reports',
      problem: `there is no report ${JSON.stringify(name)}`,
    })),
  ];
}
