import { persist } from './persist.ts';
import { sentence } from './refused.ts';
import type { Session } from './session.ts';
import { type RequestView, readRequest } from './wire.ts';

export interface Outcome {
  readonly status: 'succeeded' | 'failed';
  /** Null for what is no command. */
  readonly exitCode: number | null;
  readonly detail: string | null;
}

const PATIENCE_MS = 30_000;
const ATTEMPT_MS = 10_000;
const LONGEST_DETAIL = 500;

/** Tells how it ended. When that fails, what was run was still run: only a warning, and no other exit code. */
export async function reportOutcome(
  session: Pick<Session, 'client' | 'interruption' | 'progress'>,
  request: Pick<RequestView, 'id' | 'label'>,
  nonce: string,
  { status, exitCode, detail }: Outcome,
): Promise<void> {
  const { client, interruption, progress } = session;
  const body = JSON.stringify({
    nonce,
    status,
    ...(exitCode === null ? {} : { exit_code: exitCode }),
    ...(detail === null ? {} : { detail: detail.slice(0, LONGEST_DETAIL) }),
  });
  const path = `/v1/requests/${request.id}/outcome`;
  const signal = interruption.hurrying;
  const answer = await persist(
    () => client.call({ method: 'POST', path, body, timeoutMs: ATTEMPT_MS, signal }, readRequest),
    { until: Date.now() + PATIENCE_MS, signal },
  );
  if (answer.kind === 'answered') return;
  const why = answer.kind === 'refused' ? sentence(answer.refusal) : answer.why;
  const how = exitCode === null ? status : `exit code ${exitCode}`;
  progress.say(`the outcome of request ${request.label} (${how}) could not be reported: ${why}`);
}
