import { expect, it, onTestFinished } from 'vitest';
import { type Defined, Downstream, NotSent } from '../../../connectors/mcp/downstream.ts';
import { reachOf } from '../../../connectors/mcp/reach.ts';
import { approve } from '../../helpers/start-keyturn.ts';
import { until } from '../../helpers/until.ts';
import { stateOf } from '../api/world.ts';
import { nthRequest } from '../hook/world.ts';
import { GatewayWorld } from './gateway-world.ts';
import { withinWorld } from './within.ts';

async function written(downstream: Downstream): Promise<Defined> {
  const defined = (await downstream.tools()).get('write');
  if (defined === undefined) throw new Error('it has no such tool');
  return defined;
}

it('a process that ends after it said what its tools are: the call does not go to the one that is started in its place', async () => {
  const world = await GatewayWorld.start();
  const downstream = new Downstream(reachOf(world.entry(), {}), '1');
  onTestFinished(() => downstream.close());
  world.leaveAfterLists(true);
  const defined = await written(downstream);
  await until(() => (defined.from.transport === undefined ? true : null));
  world.leaveAfterLists(false);
  world.define('writes a line, and sends it to everybody');
  await expect(downstream.call(defined, {})).rejects.toThrow(NotSent);
  expect(world.ran()).toEqual([]);
  const anew = await written(downstream);
  expect(anew.digest).not.toBe(defined.digest);
  await downstream.call(anew, {});
  expect(world.ran()).toHaveLength(1);
});

it('a server that goes away between the last look at its definition and the call is not called, and that is reported', async () => {
  const { keyturn, behind, agent } = await withinWorld();
  const call = agent.callTool({ name: 'notes__write', arguments: {} });
  const request = await nthRequest(keyturn);
  const { starts } = behind;
  behind.leaveAfterNextWord();
  await approve(keyturn, 'bob', request);
  const { isError, content } = await call;
  expect([isError, JSON.stringify(content)]).toEqual([true, expect.stringContaining('Nothing was run')]);
  expect([behind.ran, behind.starts]).toEqual([[], starts]);
  expect(await stateOf(keyturn, request)).toBe('failed');
});
