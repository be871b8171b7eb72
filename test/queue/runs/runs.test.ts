import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkAgreement } from '../../fault/agreement.ts';
import { aSubmission, startKeyturn } from '../../helpers/start-keyturn.ts';
import { actionsWith, DONE, FakeExecutor, startRunning, submitApproved, untilState } from './world.ts';

describe('an action that Keyturn runs', () => {
  it('runs once, after its approval, with the stored payload, and says how it ended', async () => {
    const executor = new FakeExecutor();
    const { keyturn } = await startRunning(executor);
    const { body } = await keyturn.post('agent', '/v1/requests', aSubmission({ payload: { version: '42' } }));
    expect(executor.jobs).toEqual([]);
    expect(body.execution.by).toBe('keyturn');
    const { id } = await submitApproved(keyturn);
    const ended = await untilState(keyturn, id, 'succeeded');
    expect(ended.execution.outcome).toMatchObject({ status: 'succeeded', exit_code: 0 });
    expect(executor.jobs.map(({ request, payload, attempt }) => [request, payload, attempt])).toEqual([
      [id, { version: '42' }, 1],
    ]);
    await keyturn.stop();
    const held = checkAgreement(join(keyturn.dataDir, 'keyturn.db'));
    const types = held.typesOf(id).filter((type) => !type.startsWith('notification.'));
    // It printed nothing, so nothing is said of its output.
    expect(types.slice(-3)).toEqual(['grant.issued', 'execution.started', 'execution.succeeded']);
  });

  it('is not for its caller to consume', async () => {
    const executor = new FakeExecutor();
    executor.onRun = () => new Promise(() => undefined);
    const { keyturn, submitApproved: submit } = await startRunning(executor);
    const { id, action_digest } = await submit();
    const answer = await keyturn.post('agent', `/v1/requests/${id}/consume`, { action_digest });
    expect([answer.status, answer.body.code]).toEqual([409, 'NOT_YOURS_TO_RUN']);
  });

  it('is refused at submit when its executor cannot take the payload', async () => {
    const { keyturn } = await startRunning(new FakeExecutor());
    const answer = await keyturn.post('agent', '/v1/requests', aSubmission({ payload: { bad: 1 } }));
    expect([answer.status, answer.body.code, answer.body.errors]).toEqual([
      422,
      'INVALID',
      [{ pointer: '/payload/bad', detail: 'must not be there' }],
    ]);
  });

  it('is tried again while it may be, and the log tells of each try', async () => {
    const executor = new FakeExecutor('idempotent');
    executor.onRun = async ({ attempt }) =>
      attempt < 3 ? { status: 'unknown', exitCode: null, detail: 'HTTP 500', retryable: true } : DONE;
    const { keyturn, submitApproved: submit } = await startRunning(executor);
    const { id } = await submit();
    for (const tries of [2, 3]) {
      await expect.poll(() => executor.jobs.length, { timeout: 5_000 }).toBe(tries - 1);
      await expect
        .poll(
          async () => {
            keyturn.clock.advance(2_000);
            return executor.jobs.length;
          },
          { timeout: 8_000, interval: 300 },
        )
        .toBeGreaterThanOrEqual(tries);
    }
    await untilState(keyturn, id, 'succeeded');
    expect(executor.jobs.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    await keyturn.stop();
    const types = checkAgreement(join(keyturn.dataDir, 'keyturn.db')).typesOf(id);
    expect(types.filter((type) => type === 'execution.retried')).toHaveLength(2);
  });

  it('that may run once only is not tried again, and is for a person to settle', async () => {
    const executor = new FakeExecutor('once');
    executor.onRun = async () => ({ status: 'unknown', exitCode: null, detail: 'lost', retryable: true });
    const { keyturn, submitApproved: submit } = await startRunning(executor);
    const { id } = await submit();
    await untilState(keyturn, id, 'unknown');
    keyturn.clock.advance(600_000);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(executor.jobs).toHaveLength(1);
    const settled = await keyturn.post('bob', `/v1/requests/${id}/settle`, {
      status: 'failed',
      comment: 'it is not there',
    });
    expect([settled.status, settled.body.state]).toEqual([200, 'failed']);
  });

  it('is stopped on request', async () => {
    const executor = new FakeExecutor('once');
    executor.onRun = ({ signal }) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () =>
          resolve({ status: 'failed', exitCode: 143, detail: 'stopped on request', retryable: false }),
        );
      });
    const { keyturn, submitApproved: submit } = await startRunning(executor);
    const { id } = await submit();
    await expect.poll(() => executor.jobs.length).toBe(1);
    expect((await keyturn.post('alice', `/v1/requests/${id}/stop`, { comment: 'wrong table' })).status).toBe(
      200,
    );
    const ended = await untilState(keyturn, id, 'failed');
    expect(ended.execution.outcome).toMatchObject({ exit_code: 143, detail: 'stopped on request' });
  }, 20_000);

  it('runs beside nothing of the same action on the same target, unless the config says so', async () => {
    const executor = new FakeExecutor('once');
    let running = 0;
    let most = 0;
    executor.onRun = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 50));
      running -= 1;
      return DONE;
    };
    const { keyturn, submitApproved: submit } = await startRunning(executor);
    const ids = [];
    for (const version of ['1', '2', '3']) ids.push((await submit({ version })).id);
    for (const id of ids) await untilState(keyturn, id, 'succeeded');
    expect([most, executor.jobs.length]).toEqual([1, 3]);
  }, 20_000);

  it('is denied by a reload that changes what would run, and revoked once it was approved', async () => {
    const executor = new FakeExecutor('once');
    executor.onRun = () => new Promise(() => undefined);
    const keyturn = await startKeyturn({ actions: actionsWith(executor, { concurrency: 1 }) });
    const { id: running } = await submitApproved(keyturn, { version: '1' });
    await untilState(keyturn, running, 'executing');
    const { id: approved } = await submitApproved(keyturn, { version: '2' });
    const { id: pending } = (
      await keyturn.post('agent', '/v1/requests', aSubmission({ payload: { version: '3' } }))
    ).body;
    const other = new FakeExecutor('once');
    other.definition = `sha256:${'f'.repeat(64)}`;
    const again = await keyturn.restart({ actions: actionsWith(other), version: '2' });
    expect((await again.get('bob', `/v1/requests/${approved}`)).body.state).toBe('revoked');
    const denied = (await again.get('bob', `/v1/requests/${pending}`)).body;
    expect([denied.state, denied.tell]).toEqual(['denied', expect.stringContaining('changed')]);
    expect(other.jobs).toEqual([]);
  }, 20_000);

  it('keeps what it prints in a file that its digest in the log is of', async () => {
    const executor = new FakeExecutor('once');
    executor.onRun = async ({ onOutput }) => {
      onOutput(Buffer.from('migrated with hunter2-secret\n'));
      return DONE;
    };
    const { keyturn } = await startRunning(executor);
    const { id } = await submitApproved(keyturn, { version: '1', secret: 'hunter2-secret' });
    await untilState(keyturn, id, 'succeeded');
    const kept = readFileSync(join(keyturn.dataDir, 'outputs', `${id}-1.log`), 'utf8');
    expect(kept).toBe('migrated with [hidden]\n');
  });
});
