import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { seeAndApprove } from '../connectors/api/world.ts';
import type { GithubWorld } from '../connectors/github/world.ts';
import type { TerraformWorld } from '../connectors/terraform/world.ts';
import { sourceWorld } from './source-worlds.ts';

/** Something inside, that a delivery would like us to call. */
async function inside(): Promise<{ readonly url: string; readonly calls: string[] }> {
  const calls: string[] = [];
  const server = createServer((incoming, response) => {
    calls.push(`${incoming.method} ${incoming.url} ${incoming.headers.authorization ?? ''}`);
    response.end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls };
}

it.each(['task_result_callback_url', 'plan_json_api_url'])(
  'row 20: a run task that names a place inside as its %s is refused, and nobody is called',
  async (field) => {
    const { driver, keyturn, post } = await sourceWorld('terraform');
    const { hcp } = driver as TerraformWorld;
    const { url, calls } = await inside();
    const path =
      field === 'plan_json_api_url' ? 'plans/plan-1/json-output' : 'task-results/00000001/callback';
    expect((await post(hcp.post(hcp.start('one'), { [field]: `${url}/api/v2/${path}` }))).status).toBe(422);
    expect(calls).toEqual([]);
    expect((await keyturn.get('bob', '/v1/requests')).body.items).toEqual([]);
  },
);

it('row 20: the callback of a GitHub delivery is read for its number, and never called', async () => {
  const { driver, keyturn, post } = await sourceWorld('github');
  const { github } = driver as GithubWorld;
  const { url, calls } = await inside();
  const run = github.wait('one');
  const genuine = JSON.parse(Buffer.from(github.requested(run).body).toString());
  const callback = `${url}/repos/acme/api/actions/runs/${run.id}/deployment_protection_rule`;
  await post(github.sign('deployment_protection_rule', { ...genuine, deployment_callback_url: callback }));
  const [held] = (await keyturn.get('bob', '/v1/requests')).body.items;
  await seeAndApprove(keyturn, 'bob', held);
  await expect.poll(() => driver.words()).toEqual([{ name: 'one', verdict: 'approve' }]);
  expect(calls).toEqual([]);
});
