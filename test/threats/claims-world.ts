import { claimAction, finishAction, keepAction } from '../../bot/app/run-action.ts';
import type { RequestId } from '../../bot/core/request.ts';
import type { Executor, TryEnded } from '../../bot/ports/executor.ts';
import type { ExecuteSettings } from '../../bot/ports/rulebook.ts';
import { readLog } from '../connectors/api/world.ts';
import type { RulebookChanges } from '../helpers/rulebook.ts';
import { startKeyturn } from '../helpers/start-keyturn.ts';
import { actionsWith, FakeExecutor, submitApproved } from '../queue/runs/world.ts';

/** Claims by workers that are the test's own. What they may take hangs on the claim alone: a queue is a hint. */

export const LEASE = 30_000;
export const TAKEN = { ok: false, code: 'ALREADY_CONSUMED' };
export const FAILED = { status: 'failed', exitCode: 1, retryable: true } as const;

export type Bot = Awaited<ReturnType<typeof aBot>>;

export async function aBot(
  kind: Executor['kind'],
  more: Partial<ExecuteSettings> = {},
  changes: RulebookChanges = {},
) {
  const keyturn = await startKeyturn(
    { actions: actionsWith(new FakeExecutor(kind), more), ...changes },
    { config: { queue: { driver: 'embedded', concurrency: 0 } } },
  );
  const { context } = keyturn.keyturn;
  return {
    keyturn,
    approved: async (version: string) => (await submitApproved(keyturn, { version })).id as RequestId,
    claim: (worker: string, id: RequestId, labels: readonly string[] | null = []) =>
      claimAction(context, worker, id, { labels: () => labels, challenge: null }),
    keep: (worker: string, id: RequestId, attempt: number) => keepAction(context, worker, id, attempt),
    finish: (
      worker: string,
      id: RequestId,
      attempt: number,
      ended: Partial<TryEnded> = {},
      retryInMs = 1_000,
    ) =>
      finishAction(context, worker, id, {
        attempt,
        ended: { status: 'succeeded', exitCode: 0, detail: null, retryable: false, ...ended },
        retryInMs,
        output: null,
      }),
    state: async (id: RequestId) => (await keyturn.get('bob', `/v1/requests/${id}`)).body.state,
    late: async () => (await readLog(keyturn)).filter(({ type }) => type === 'execution.late_report'),
  };
}
