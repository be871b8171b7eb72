import { expect, it } from 'vitest';
import { Downstream } from '../../../connectors/mcp/downstream.ts';
import { approve } from '../../helpers/start-keyturn.ts';
import { stateOf } from '../api/world.ts';
import { aWhile, heldOne, holdTime, soon, Within, watch, withinWorld } from './within.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const CALL = { name: 'notes__write', arguments: { line: 'hello' } };
const never = () => new Promise<never>(() => {});

it('a server that does not say what tools it has is waited for 10 seconds, and nobody is asked', async () => {
  const { keyturn, behind, agent } = await withinWorld();
  await agent.listTools();
  behind.list = never;
  const pass = holdTime();
  const call = watch(agent.callTool(CALL));
  await pass(9.9 * SECOND);
  expect(call.end).toBeNull();
  await pass(0.2 * SECOND);
  await soon(() => call.end !== null);
  expect(call.end).toContain('is down');
  expect((await keyturn.get('alice', '/v1/requests')).body.items).toEqual([]);
});

it('one that says it in pieces, for ever, has the same 10 seconds for all of them', async () => {
  const behind = new Within();
  const downstream = new Downstream(behind.reach, '1');
  await downstream.tools();
  const pass = holdTime();
  let pages = 0;
  behind.list = async () => {
    pages += 1;
    await new Promise((resolve) => setTimeout(resolve, 4 * SECOND));
    return { tools: [behind.tool(`write-${pages}`)], nextCursor: String(pages) };
  };
  const list = watch(downstream.tools());
  await pass(10.1 * SECOND);
  expect(list.end).toContain('Error');
  expect(pages).toBe(3);
});

it('one that does not say it any more after the approval is not called, and that is reported', async () => {
  const { keyturn, behind, agent } = await withinWorld();
  const pass = holdTime();
  const call = watch(agent.callTool(CALL));
  const request = await heldOne(keyturn);
  behind.list = never;
  await approve(keyturn, 'bob', request);
  await soon(async () => (await stateOf(keyturn, request)) === 'executing');
  await pass(9.9 * SECOND);
  expect(call.end).toBeNull();
  await pass(0.2 * SECOND);
  await soon(() => call.end !== null);
  expect(call.end).toContain('Nothing was run');
  expect([behind.ran, await stateOf(keyturn, request)]).toEqual([[], 'failed']);
});

it('a released call has 300 seconds; then nobody says how it ended, and it is not made again', async () => {
  const { keyturn, behind, agent } = await withinWorld();
  behind.call = never;
  const pass = holdTime();
  const call = watch(agent.callTool(CALL, { timeout: 20 * MINUTE }));
  const request = await heldOne(keyturn);
  await approve(keyturn, 'bob', request);
  await soon(() => behind.ran.length === 1);
  await pass(299 * SECOND);
  expect(call.end).toBeNull();
  await pass(2 * SECOND);
  await soon(() => call.end !== null);
  expect(call.end).toContain('Do not retry: it may have run');
  expect([behind.ran.length, await stateOf(keyturn, request)]).toEqual([1, 'executing']);
});

it('a Keyturn that is away when the call has ended is told for 10 seconds; the call is not made again for that', async () => {
  const { keyturn, behind, agent } = await withinWorld();
  const pass = holdTime();
  behind.call = async () => {
    await keyturn.stop();
    return { content: [{ type: 'text', text: 'done' }] };
  };
  const call = watch(agent.callTool(CALL));
  await approve(keyturn, 'bob', await heldOne(keyturn));
  await soon(() => behind.ran.length === 1);
  await pass(9 * SECOND);
  // Between two tries it waits by a clock that is not held.
  await aWhile();
  expect(call.end).toBeNull();
  await pass(2 * SECOND);
  await soon(() => call.end !== null);
  expect(call.end).toContain('done');
  expect(behind.ran).toHaveLength(1);
});

it('who asked for no progress is answered after 50 seconds, with a ticket, before it gives up after 60', async () => {
  const { keyturn, behind, agent } = await withinWorld();
  const pass = holdTime();
  const call = watch(agent.callTool(CALL));
  const { id } = await heldOne(keyturn);
  await pass(47 * SECOND);
  expect(call.end).toBeNull();
  await pass(2 * SECOND);
  await soon(() => call.end !== null);
  expect(call.end).toContain(`Ticket ${id}`);
  expect(behind.ran).toEqual([]);
});

it('who hears of progress is answered after 9 minutes, and never gave up before', async () => {
  const { keyturn, behind, agent } = await withinWorld();
  const pass = holdTime();
  let heard = 0;
  const onprogress = () => {
    heard += 1;
  };
  // As the official client does it by itself: a minute, counted anew with everything that it hears.
  const call = watch(agent.callTool(CALL, { onprogress, resetTimeoutOnProgress: true }));
  const { id } = await heldOne(keyturn);
  await pass(537 * SECOND);
  expect(call.end).toBeNull();
  await pass(2 * SECOND);
  await soon(() => call.end !== null);
  expect(call.end).toContain(`Ticket ${id}`);
  expect(heard).toBeGreaterThanOrEqual(36);
  expect(behind.ran).toEqual([]);
});
