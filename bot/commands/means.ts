import type { Context } from '../app/context.ts';
import type { RefusedCalls } from '../app/refuse-call.ts';
import type { Exporter } from '../ports/exporter.ts';
import type { LogChecker } from '../ports/log-checker.ts';

/** What every use here needs: the context, and where refusals that meet no request are put on record. */
export interface Means {
  readonly context: Context;
  readonly refusedCalls: RefusedCalls;
  readonly audit: AuditTools;
}

/** What only auditors ask for. */
export interface AuditTools {
  readonly exporter: Exporter;
  readonly checker: LogChecker;
}
