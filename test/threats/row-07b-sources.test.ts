import { expect, it } from 'vitest';
import type { GithubWorld } from '../connectors/github/world.ts';
import { SOURCES, sourceWorld } from './source-worlds.ts';

it.each(SOURCES)(
  'row 7b: what %s calls itself is on the client’s lists, or it is refused and told so',
  async (name) => {
    const { driver, keyturn, post } = await sourceWorld(name, {
      client: { actions: ['db.read'], targets: ['postgres/**'] },
    });
    expect((await post(await driver.waits('one'))).status).toBe(403);
    expect((await keyturn.get('carol', '/v1/requests')).body.items).toEqual([]);
    expect(driver.words()).toEqual([{ name: 'one', verdict: 'reject' }]);
  },
);

it('row 7b: an environment that is spelled another way is none of ours', async () => {
  const { driver, keyturn, post } = await sourceWorld('github', {
    source: { connector: 'github', claims: { repository_id: '7300' }, trust: 'c'.repeat(64) },
  });
  const { github } = driver as GithubWorld;
  for (const environment of ['Prod', 'prod ', 'prod/eu', 'рrod']) {
    const run = github.wait(environment, { environments: [environment] });
    expect((await post(github.requested(run, environment))).status).toBe(422);
  }
  expect((await keyturn.get('carol', '/v1/requests')).body.items).toEqual([]);
});
