import { expect, it } from 'vitest';
import { approve } from '../../helpers/start-keyturn.ts';
import { review, stateOf } from '../api/world.ts';
import { aKeyturn, decisionOf, hookInput, nthRequest, Seat } from './world.ts';

it('allows the call once it is approved, with exactly the input that was approved', async () => {
  const keyturn = await aKeyturn();
  const seat = new Seat(keyturn.url);
  const input = { command: 'dropdb orders', description: 'tidy up' };
  const hook = seat.run(hookInput({ input }));
  const request = await nthRequest(keyturn);
  expect(request).toMatchObject({ action: 'tool.bash', requester: { id: 'agent', verified_by: 'token' } });
  const shown = await keyturn.get('bob', `/v1/requests/${request.id}/payload`);
  expect(shown.body.payload).toEqual({
    kind: 'tool_call',
    agent: 'claude-code',
    tool: 'Bash',
    input,
    cwd: '/srv/app',
  });
  await approve(keyturn, 'bob', request);
  const { code, stdout } = await hook;
  expect(code).toBe(0);
  expect(decisionOf({ stdout })).toMatchObject({ permissionDecision: 'allow', updatedInput: input });
  expect(await stateOf(keyturn, request)).toBe('executing');
});

it('denies what is rejected, with the reason, and says not to retry', async () => {
  const keyturn = await aKeyturn();
  const hook = new Seat(keyturn.url).run(hookInput());
  const request = await nthRequest(keyturn);
  await review(keyturn, 'bob', request, 'reject', { comment: 'not on a Friday' });
  const { code, stdout } = await hook;
  const { permissionDecision, permissionDecisionReason } = decisionOf({ stdout });
  expect([code, permissionDecision]).toEqual([0, 'deny']);
  expect(permissionDecisionReason).toContain('is rejected: not on a Friday.');
  expect(permissionDecisionReason).toContain('Do not retry');
});

it('denies what the policy denies, and says what the policy tells', async () => {
  const keyturn = await aKeyturn({
    rules: [
      {
        ...{ id: 'never', match: { action: ['tool.bash'] }, when: null, effect: 'deny', plan: null },
        ...{ risk: null, exclude: [], tell: 'Agents drop nothing', replacesDefault: false },
      },
    ],
  });
  const { stdout } = await new Seat(keyturn.url).run(hookInput());
  expect(decisionOf({ stdout }).permissionDecisionReason).toContain('is denied: Agents drop nothing.');
});

it('reports how the call ended, when the agent says so', async () => {
  const keyturn = await aKeyturn();
  const seat = new Seat(keyturn.url);
  const ended = [];
  for (const [event, state] of [
    ['PostToolUse', 'succeeded'],
    ['PostToolUseFailure', 'failed'],
  ]) {
    const call = { id: `of-${state}`, input: { command: `make ${state}` } };
    const hook = seat.run(hookInput(call));
    const request = await nthRequest(keyturn, ended.length + 1);
    await approve(keyturn, 'bob', request);
    await hook;
    expect(await seat.run(hookInput({ ...call, event: event ?? '' }))).toMatchObject({ code: 0, stdout: '' });
    ended.push([await stateOf(keyturn, request), state]);
  }
  expect(ended).toEqual([
    ['succeeded', 'succeeded'],
    ['failed', 'failed'],
  ]);
});

it('holds two calls at once as two requests, and lets each run by its own approval', async () => {
  const keyturn = await aKeyturn();
  const seat = new Seat(keyturn.url);
  const one = seat.run(hookInput({ input: { command: 'make one' } }));
  await nthRequest(keyturn, 1);
  const two = seat.run(hookInput({ input: { command: 'make two' } }), ['--deadline', '4s']);
  await nthRequest(keyturn, 2);
  await approve(keyturn, 'bob', await nthRequest(keyturn, 1));
  expect(decisionOf(await one)).toMatchObject({
    permissionDecision: 'allow',
    updatedInput: { command: 'make one' },
  });
  expect(decisionOf(await two).permissionDecision).toBe('deny');
});

it('lets one of two equal calls run by one approval', async () => {
  const keyturn = await aKeyturn();
  const seat = new Seat(keyturn.url);
  const both = [seat.run(hookInput()), seat.run(hookInput())];
  const request = await nthRequest(keyturn);
  await expect
    .poll(() => keyturn.keyturn.context.store.committed.request(request.id)?.submissions.length)
    .toBe(2);
  await approve(keyturn, 'bob', request);
  const decisions = (await Promise.all(both)).map(decisionOf);
  expect(decisions.map(({ permissionDecision }) => permissionDecision).toSorted()).toEqual(['allow', 'deny']);
  const denied = decisions.find(({ permissionDecision }) => permissionDecision === 'deny');
  expect(denied?.permissionDecisionReason).toMatch(/another call has used it|was already run/);
});

it('asks nobody about calls that only look, and about tools that the operator names', async () => {
  const seat = new Seat('http://127.0.0.1:9');
  const named = ['--harmless', 'mcp__docs__*', '--harmless', 'Edit'];
  const quiet = [
    { tool: 'Read', input: { file_path: '/etc/hosts' } },
    { tool: 'Bash', input: { command: 'ls -la /srv', description: 'look' } },
    { tool: 'Bash', input: { command: 'cat a.txt b.txt' } },
    { tool: 'Edit', input: {} },
    { tool: 'mcp__docs__search', input: {} },
  ];
  for (const call of quiet) {
    expect(await seat.run(hookInput(call), named)).toEqual({ code: 0, stdout: '', stderr: '' });
  }
});
