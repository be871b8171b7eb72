import { expect, it } from 'vitest';
import { approve, aSubmission, startKeyturn } from '../../helpers/start-keyturn.ts';
import { fakeWorkflow } from '../executors/fake-workflow.ts';

async function world() {
  const { github, executor } = await fakeWorkflow({ timeoutMs: 60_000, pollMs: 50 });
  const execute = { executor, settings: {}, runsOn: [], concurrency: 1, perMinute: null };
  const settings = { risk: 'medium', redact: [], payloadProblems: () => [], execute } as const;
  const keyturn = await startKeyturn({ actions: new Map([['db.migrate', settings]]) });
  const ask = (payload: object) => keyturn.post('agent', '/v1/requests', aSubmission({ payload }));
  const stateOf = async ({ id }: { id: string }) =>
    (await keyturn.get('bob', `/v1/requests/${id}`)).body.state;
  return { github, keyturn, ask, stateOf };
}

it('an approved action starts its workflow, once, and its outcome is that of the run', async () => {
  const { github, keyturn, ask, stateOf } = await world();
  const { body } = await ask({ version: '42' });
  expect(github.calls).toEqual([]);
  await approve(keyturn, 'bob', body);
  await expect.poll(() => github.dispatched.map(({ inputs }) => inputs)).toEqual([{ version: '42' }]);
  expect(await stateOf(body)).toBe('executing');
  const run = github.runs.get('run 1');
  if (run !== undefined) run.ended = 'success';
  await expect.poll(() => stateOf(body), { timeout: 10_000 }).toBe('succeeded');
  expect(github.dispatched).toHaveLength(1);
  expect(github.complaints).toEqual([]);
});

it('row 1: what is refused or rejected starts nothing', async () => {
  const { github, keyturn, ask } = await world();
  expect((await ask({ version: 42 })).status).toBe(422);
  expect((await ask({})).status).toBe(422);
  const { body } = await ask({ version: '42' });
  const reject = { verdict: 'reject', action_digest: body.action_digest };
  expect((await keyturn.post('bob', `/v1/requests/${body.id}/reviews`, reject)).status).toBe(200);
  const consume = { action_digest: body.action_digest };
  expect((await keyturn.post('agent', `/v1/requests/${body.id}/consume`, consume)).status).toBe(409);
  expect(github.calls).toEqual([]);
});

it('where GitHub gives no token the action has failed, and is not tried again', async () => {
  const { github, keyturn, ask, stateOf } = await world();
  github.instead = 500;
  const { body } = await ask({ version: '42' });
  await approve(keyturn, 'bob', body);
  await expect.poll(() => stateOf(body)).toBe('failed');
  github.instead = null;
  keyturn.clock.advance(60_000);
  expect(github.dispatched).toEqual([]);
});
