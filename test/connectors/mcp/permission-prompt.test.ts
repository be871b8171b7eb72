import { expect, it } from 'vitest';
import { approve } from '../../helpers/start-keyturn.ts';
import { review, stateOf } from '../api/world.ts';
import { nthRequest } from '../hook/world.ts';
import { connect, mcpKeyturn, use } from './world.ts';

const TARGET = ['--target', 'laptop/prod/alice'];
const CALL = { tool_name: 'Bash', input: { command: 'dropdb orders' }, tool_use_id: 'toolu_1' };

it('allows the call once it is approved, with the input that was approved', async () => {
  const keyturn = await mcpKeyturn();
  const client = await connect(keyturn, 'stdio', '2025-06-18', 'agent', TARGET);
  const prompt = use(client, 'permission_prompt', CALL);
  const request = await nthRequest(keyturn);
  expect(request.action).toBe('tool.bash');
  await approve(keyturn, 'bob', request);
  expect((await prompt).said).toEqual({ behavior: 'allow', updatedInput: CALL.input });
  expect(await stateOf(keyturn, request)).toBe('executing');
});

it('denies what is rejected, and what nobody answers, with a ticket that the same call redeems', async () => {
  const keyturn = await mcpKeyturn();
  const client = await connect(keyturn, 'stdio', '2025-06-18', 'agent', [...TARGET, '--deadline', '2s']);
  const late = (await use(client, 'permission_prompt', CALL)).said;
  const request = await nthRequest(keyturn);
  expect(late).toEqual({ behavior: 'deny', message: expect.stringContaining(`Ticket ${request.id}`) });
  await approve(keyturn, 'bob', request);
  const again = (await use(client, 'permission_prompt', { ...CALL, tool_use_id: 'toolu_2' })).said;
  expect(again.behavior).toBe('allow');
  const other = use(client, 'permission_prompt', { ...CALL, tool_use_id: 'toolu_3' });
  await review(keyturn, 'bob', await nthRequest(keyturn, 2), 'reject', { comment: 'no more' });
  expect((await other).said).toMatchObject({ behavior: 'deny', message: expect.stringContaining('no more') });
});

it('denies while Keyturn is away', async () => {
  const keyturn = await mcpKeyturn();
  const client = await connect(keyturn, 'stdio', '2025-06-18', 'agent', [...TARGET, '--deadline', '2s']);
  await keyturn.stop();
  const { said } = await use(client, 'permission_prompt', CALL);
  expect(said).toMatchObject({ behavior: 'deny', message: expect.stringContaining('cannot be reached') });
});
