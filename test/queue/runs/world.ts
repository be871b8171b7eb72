import type { JsonObject } from '../../../bot/core/canonical-json.ts';
import type { Executor, Job, TryEnded } from '../../../bot/ports/executor.ts';
import type { Rulebook } from '../../../bot/ports/rulebook.ts';
import type { Who } from '../../helpers/rulebook.ts';
import {
  type Answer,
  approve,
  aSubmission,
  startKeyturn,
  type TestKeyturn,
} from '../../helpers/start-keyturn.ts';

export const DONE: TryEnded = { status: 'succeeded', exitCode: 0, detail: null, retryable: false };

/** An executor that does as the test says, and counts. */
export class FakeExecutor implements Executor {
  readonly kind: Executor['kind'];
  definition: Executor['definition'] = `sha256:${'e'.repeat(64)}`;
  readonly secrets: readonly string[] = [];
  readonly jobs: Job[] = [];
  onRun: (job: Job) => Promise<TryEnded> = async () => DONE;

  constructor(kind: Executor['kind'] = 'idempotent') {
    this.kind = kind;
  }

  describe(payload: JsonObject): string {
    return `runs it with ${Object.keys(payload).join(' and ')}`;
  }

  problems(payload: JsonObject) {
    return payload['bad'] === undefined ? [] : [{ pointer: '/payload/bad', problem: 'must not be there' }];
  }

  run(job: Job): Promise<TryEnded> {
    this.jobs.push(job);
    return this.onRun(job);
  }
}

export function actionsWith(
  executor: Executor,
  more: Partial<NonNullable<ReturnType<Rulebook['actions']['get']>>['execute']> = {},
): Rulebook['actions'] {
  const execute = { executor, settings: {}, runsOn: [], concurrency: 1, perMinute: null, ...more };
  return new Map([
    ['db.migrate', { risk: 'medium', redact: ['/secret'], execute, payloadProblems: () => [] }],
  ]);
}

export async function startRunning(executor: FakeExecutor, more: Parameters<typeof actionsWith>[1] = {}) {
  const keyturn = await startKeyturn({ actions: actionsWith(executor, more) });
  return { keyturn, submitApproved: (payload?: JsonObject) => submitApproved(keyturn, payload) };
}

export async function submitApproved(
  keyturn: TestKeyturn,
  payload: JsonObject = { version: '42' },
): Promise<Answer['body']> {
  const { body } = await keyturn.post('agent', '/v1/requests', aSubmission({ payload }));
  const approved = await approve(keyturn, 'bob', body);
  if (approved.status !== 200) throw new Error(approved.text);
  return body;
}

/** Waits for a state, as a person does. */
export async function untilState(
  keyturn: TestKeyturn,
  id: string,
  state: string,
  who: Who = 'bob',
): Promise<Answer['body']> {
  for (let tries = 0; tries < 200; tries += 1) {
    const { body } = await keyturn.get(who, `/v1/requests/${id}`);
    if (body.state === state) return body;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  const { body } = await keyturn.get(who, `/v1/requests/${id}`);
  throw new Error(`${id} is ${body.state} and not ${state}`);
}
