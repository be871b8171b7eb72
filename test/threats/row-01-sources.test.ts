import { expect, it } from 'vitest';
import { seeAndApprove } from '../connectors/api/world.ts';
import type { GithubWorld } from '../connectors/github/world.ts';
import { aPlan } from '../connectors/terraform/fake-hcp.ts';
import type { TerraformWorld } from '../connectors/terraform/world.ts';
import { SOURCES, sourceWorld } from './source-worlds.ts';

it.each(SOURCES)(
  'row 1: what %s holds is bound to what would run, and another payload has another digest',
  async (name) => {
    const { driver, keyturn, post } = await sourceWorld(name, {
      limits: { openPerRequester: 'unlimited', newPerMinute: 'unlimited' },
    });
    await post(await driver.waits('one'));
    await post(await driver.waits('two'));
    const { items } = (await keyturn.get('bob', '/v1/requests')).body;
    const digests = items.map(({ action_digest }: { action_digest: string }) => action_digest);
    // Two runs with the same plan in one workspace are one thing to decide; two deployments never are.
    expect(new Set(digests).size).toBe(name === 'terraform' ? 1 : 2);
    const { payload } = (await keyturn.get('bob', `/v1/requests/${items[0].id}/payload`)).body;
    expect(JSON.stringify(payload)).toMatch(/"(sha|plan_sha256)":"[0-9a-f]{40,64}"/);
  },
);

it('row 1: a GitHub run that is started again after the approval is not let go by it', async () => {
  const { driver, keyturn, post } = await sourceWorld('github');
  const { github } = driver as GithubWorld;
  await post(await driver.waits('one'));
  const [held] = (await keyturn.get('bob', '/v1/requests')).body.items;
  const run = github.wait('one');
  run.attempt = 2;
  await seeAndApprove(keyturn, 'bob', held);
  await expect
    .poll(async () => (await keyturn.get('bob', `/v1/requests/${held.id}`)).body.state)
    .toBe('failed');
  expect(driver.words()).toEqual([]);
});

it('row 1: a Terraform plan that was made anew with one other value is held again', async () => {
  const { driver, keyturn, post } = await sourceWorld('terraform');
  const { hcp } = driver as TerraformWorld;
  await post(await driver.waits('one'));
  const plan = aPlan({ variables: { size: { value: 'larger' } } });
  await post(hcp.post(hcp.start('two', { plan })));
  const { items } = (await keyturn.get('bob', '/v1/requests')).body;
  expect(items).toHaveLength(2);
  await seeAndApprove(keyturn, 'bob', items[1]);
  await expect.poll(() => driver.words()).toEqual([{ name: 'one', verdict: 'approve' }]);
  expect(hcp.start('two').status).toBe('pending');
});
