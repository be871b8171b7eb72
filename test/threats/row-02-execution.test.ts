import { expect, it } from 'vitest';
import { claimAction, finishAction, keepAction } from '../../bot/app/run-action.ts';
import type { RequestId } from '../../bot/core/request.ts';
import { storyOf } from '../connectors/api/world.ts';
import { startKeyturn } from '../helpers/start-keyturn.ts';
import { FakeExecutor, submitApproved, untilState } from '../queue/runs/world.ts';
import { actionsRunBy } from './run-world.ts';

const OK = {
  ended: { status: 'succeeded', exitCode: 0, detail: null, retryable: false },
  retryInMs: 1_000,
  output: null,
} as const;

/** Nobody works here: the workers are the test's own. */
async function withoutHands(kind: 'idempotent' | 'once') {
  const keyturn = await startKeyturn(
    { actions: actionsRunBy(new FakeExecutor(kind)) },
    { config: { queue: { driver: 'embedded', concurrency: 0 } } },
  );
  const { id } = (await submitApproved(keyturn)) as { id: RequestId };
  return { keyturn, id, context: keyturn.keyturn.context };
}

it('row 2: of any number of workers that are woken for one approval one gets it', async () => {
  const { keyturn, id, context } = await withoutHands('once');
  const claims = await Promise.all(
    Array.from({ length: 8 }, (_none, index) => claimAction(context, `worker-${index}`, id)),
  );
  expect(claims.filter(({ ok }) => ok)).toHaveLength(1);
  const codes = claims.flatMap((claim) => (claim.ok ? [] : [claim.code]));
  expect(codes).toEqual(Array.from({ length: 7 }, () => 'ALREADY_CONSUMED'));
  const story = await storyOf(keyturn, { id });
  expect(story.filter((type) => type === 'grant.issued' || type === 'execution.started')).toHaveLength(2);
});

it('row 2: a worker that was thought dead changes nothing: its lease, its result and its next claim are refused', async () => {
  const { keyturn, id, context } = await withoutHands('idempotent');
  expect(await claimAction(context, 'slow', id)).toMatchObject({ ok: true, job: { attempt: 1 } });
  keyturn.clock.advance(30_000);
  expect(await claimAction(context, 'quick', id)).toMatchObject({ ok: true, job: { attempt: 2 } });
  expect(await keepAction(context, 'slow', id, 1)).toMatchObject({ ok: false });
  expect(await claimAction(context, 'slow', id)).toMatchObject({ ok: false, code: 'ALREADY_CONSUMED' });
  const failed = { ...OK, attempt: 1, ended: { ...OK.ended, status: 'failed' as const } };
  await finishAction(context, 'slow', id, failed);
  expect((await keyturn.get('bob', `/v1/requests/${id}`)).body.state).toBe('executing');
  await finishAction(context, 'quick', id, { ...OK, attempt: 2 });
  await untilState(keyturn, id, 'succeeded');
  const story = await storyOf(keyturn, { id });
  expect(story.filter((type) => type === 'execution.late_report')).toHaveLength(1);
});

it('row 2: what may run once is taken up by nobody when its worker falls silent', async () => {
  const { keyturn, id, context } = await withoutHands('once');
  expect(await claimAction(context, 'first', id)).toMatchObject({ ok: true });
  keyturn.clock.advance(30_000);
  await untilState(keyturn, id, 'unknown');
  expect(await claimAction(context, 'second', id)).toMatchObject({ ok: false });
  await finishAction(context, 'first', id, { ...OK, attempt: 1 });
  expect((await keyturn.get('bob', `/v1/requests/${id}`)).body.state).toBe('unknown');
});
