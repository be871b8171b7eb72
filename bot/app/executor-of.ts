import type { JsonObject } from '../core/canonical-json.ts';
import type { FieldProblem } from '../core/refusal.ts';
import type { ExecutorRef } from '../core/request.ts';
import { visible } from '../core/visible.ts';
import type { ExecuteSettings, Rulebook } from '../ports/rulebook.ts';

/** What this action's schema and its executor cannot take: found now, and not after somebody approved it. */
export function payloadProblems(
  { actions }: Rulebook,
  { action, payload }: { readonly action: string; readonly payload: JsonObject },
): readonly FieldProblem[] {
  const settings = actions.get(action);
  if (settings === undefined) return [];
  return [...settings.payloadProblems(payload), ...(settings.execute?.executor.problems(payload) ?? [])];
}

/** What Keyturn itself will run, as the request holds it from now on. `shown` is the payload without what is redacted. */
export function executorOf(execute: ExecuteSettings | null, shown: JsonObject): ExecutorRef | null {
  if (execute === null) return null;
  const { executor, runsOn } = execute;
  return {
    kind: executor.kind,
    definition: executor.definition,
    // Payload values stand in it, so it is made visible like everything that a requester wrote.
    line: visible(executor.describe(shown)),
    runsOn,
  };
}
