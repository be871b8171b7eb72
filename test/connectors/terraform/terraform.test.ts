import { expect, it, onTestFinished } from 'vitest';
import { lookAfter } from '../../../connectors/source/look-after.ts';
import { withPlan } from '../../../connectors/terraform/to-hold.ts';
import { behavesLikeAConnector } from '../../conformance/connector.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';
import { ONE_KEY, type RulebookChanges } from '../../helpers/rulebook.ts';
import { startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';
import { MINUTE, seeAndApprove } from '../api/world.ts';
import { aPlan, FakeHcp } from './fake-hcp.ts';
import { CLIENT, SOURCE, terraformWorld } from './world.ts';

const QUIET = { info: () => {}, warn: () => {}, error: () => {} };
const PATIENT = { ...ONE_KEY, expiresAfterMs: 300 * MINUTE, usableForMs: 120 * MINUTE };

behavesLikeAConnector('terraform', terraformWorld, { client: CLIENT });

async function world(changes: RulebookChanges = {}) {
  const clock = new FakeClock();
  const source = await terraformWorld(() => clock.wall());
  onTestFinished(() => source.down());
  const account = `terraform:${new URL(source.hcp.url).host}/user-V3R563qtJNcExAkN`;
  const policy: RulebookChanges = {
    source: SOURCE,
    client: CLIENT,
    rules: [],
    default: { effect: 'require', plan: PATIENT },
    accounts: { [account]: 'dora' },
    ...changes,
  };
  const keyturn = await startKeyturn(policy, { clock, ports: { connectors: [source.connector] } });
  const post = ({ body, headers }: { body: Uint8Array; headers: Record<string, string> }) =>
    fetch(`${keyturn.url}/webhooks/terraform`, { method: 'POST', headers, body: Buffer.from(body) });
  const requests = async () => (await keyturn.get('bob', '/v1/requests')).body.items;
  const minutes = async (count: number) => {
    for (let one = 0; one < count; one += 1) {
      clock.advance(MINUTE);
      await lookAfter(source.connector, keyturn.keyturn.context, QUIET);
    }
  };
  return { ...source, keyturn, post, requests, minutes };
}

it('shows the plan by names and counts, bound to its values, and gives none of them away', async () => {
  const { hcp, keyturn, post, requests } = await world();
  expect((await post(hcp.post(hcp.start('one')))).status).toBe(200);
  const [held] = await requests();
  expect(held).toMatchObject({
    action: 'terraform.apply',
    target: { system: 'terraform', environment: 'prod', resource: 'network' },
    reason: 'Apply in network: Add the log bucket',
  });
  const { view, payload } = (await keyturn.get('bob', `/v1/requests/${held.id}/payload`)).body;
  expect(view).toContain('plan of terraform 1.9.0: 1 to add, 1 to change, 0 to destroy');
  expect(view).toContain('workspace_id ws-ck4G5bb1Yei5szRh');
  expect(payload.plan_sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(JSON.stringify(payload)).not.toContain('value-canary');
  expect(hcp.complaints).toEqual([]);
});

it('whoever started the run cannot approve it; where HCP does not say who, nobody may where much is at stake', async () => {
  const { hcp, keyturn, post, requests } = await world();
  await post(hcp.post(hcp.start('one')));
  const [held] = await requests();
  expect((await seeAndApprove(keyturn, 'dora', held)).body.code).toBe('SELF_REVIEW');
  hcp.user = null;
  await post(hcp.post(hcp.start('two')));
  const [unknown] = await requests();
  expect(unknown.unresolved).toEqual([
    { account: `terraform-name:${new URL(hcp.url).host}/someone`, because: 'started the run' },
  ]);
});

it('says every five minutes that it waits, and not more often', async () => {
  const { hcp, post, minutes } = await world();
  const task = hcp.start('one');
  await post(hcp.post(task));
  await minutes(21);
  expect(task.said.map(({ status }) => status)).toEqual(Array(5).fill('running'));
});

it('at 55 minutes the run is told to come again, and the same plan then passes at once', async () => {
  const { hcp, keyturn, post, requests, minutes } = await world();
  const first = hcp.start('one');
  await post(hcp.post(first));
  await minutes(56);
  expect(first.said.at(-1)).toMatchObject({
    status: 'failed',
    message: expect.stringContaining('Start the run again'),
  });
  const [held] = await requests();
  expect(held.state).toBe('pending');
  await seeAndApprove(keyturn, 'bob', held);
  expect((await requests())[0].state).toBe('approved');
  // Made later, so with another time in it, and nothing else.
  const second = hcp.start('two', { plan: aPlan({ timestamp: '2026-11-28T09:30:00Z' }) });
  await post(hcp.post(second));
  await expect.poll(() => second.status).toBe('passed');
  expect(await requests()).toHaveLength(1);
  // Once.
  const third = hcp.start('three');
  await post(hcp.post(third));
  expect((await requests())[0]).toMatchObject({ state: 'pending' });
  expect(third.status).toBe('pending');
});

it('another plan does not pass by an approval of the one before', async () => {
  const { hcp, keyturn, post, requests, minutes } = await world();
  await post(hcp.post(hcp.start('one')));
  await minutes(56);
  await seeAndApprove(keyturn, 'bob', (await requests())[0]);
  const [first, second] = aPlan()['resource_changes'] as Record<string, object>[];
  const other = { ...first, change: { ...first?.['change'], after: { bucket: 'somebody-elses' } } };
  const task = hcp.start('two', { plan: aPlan({ resource_changes: [other, second] }) });
  await post(hcp.post(task));
  expect(await requests()).toHaveLength(2);
  expect(task.status).toBe('pending');
});

it.each([
  ['a speculative run', { is_speculative: true }, aPlan(), 'passed'],
  ['a plan that failed', {}, aPlan({ errored: true }), 'failed'],
  ['a plan that is not whole', {}, aPlan({ complete: false }), 'failed'],
  ['a stage without a plan', { plan_json_api_url: null }, aPlan(), 'failed'],
])('does not hold %s, and says so at once', async (_what, changes, plan, status) => {
  const { hcp, post, requests } = await world();
  const task = hcp.start('one', { plan });
  expect((await post(hcp.post(task, changes))).status).toBe(200);
  expect(task.status).toBe(status);
  expect(await requests()).toEqual([]);
});

it('an advisory task says on its last line that it holds nothing', async () => {
  const { hcp, keyturn, post, requests } = await world();
  await post(hcp.post(hcp.start('one'), { task_result_enforcement_level: 'advisory' }));
  const { view } = (await keyturn.get('bob', `/v1/requests/${(await requests())[0].id}/payload`)).body;
  expect(view.split('\n').at(-1)).toBe('ADVISORY: it is applied whatever is decided here');
});

it('answers the post by which HCP tries the address, and takes no other without its signature', async () => {
  const { hcp, post, requests } = await world();
  expect((await post(hcp.sign({ payload_version: 1, access_token: 'test-token' }))).status).toBe(200);
  const { body } = hcp.post(hcp.start('one'));
  for (const signature of ['', '0'.repeat(128), 'zz']) {
    expect((await post({ body, headers: { 'x-tfc-task-signature': signature } })).status).toBe(401);
  }
  expect(await requests()).toEqual([]);
});

it.each([
  ['task_result_callback_url', 'https://evil.example/api/v2/task-results/00000001/callback'],
  ['plan_json_api_url', 'https://evil.example/api/v2/plans/plan-1/json-output'],
  ['plan_json_api_url', '{its own host}/api/v2/plans/plan-1/json-output?to=somewhere'],
])('calls back at no address but that of an id at its own host, by %s', async (field, address) => {
  const { hcp, post, requests } = await world();
  const given = address.replace('{its own host}', hcp.url);
  expect((await post(hcp.post(hcp.start('one'), { [field]: given }))).status).toBe(422);
  expect(await requests()).toEqual([]);
});

it('reads no plan at a host that HCP Terraform does not keep plans at', async () => {
  const { hcp, post, requests } = await world();
  const elsewhere = new FakeHcp(() => 0);
  await elsewhere.up();
  onTestFinished(() => elsewhere.down());
  hcp.storeUrl = elsewhere.url;
  expect((await post(hcp.post(hcp.start('one')))).status).toBe(503);
  expect(await requests()).toEqual([]);
});

it.each(['pre_plan', 'post_apply'])(
  'refuses the stage %s: there is nothing to decide in it',
  async (stage) => {
    const { hcp, post, requests } = await world();
    const answer = await post(hcp.post(hcp.start('one'), { stage }));
    expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining('/stage')]);
    expect(await requests()).toEqual([]);
  },
);

it('of two runs with the same plan that wait, the newer one is let go, and the other is told no', async () => {
  const { hcp, keyturn, post, requests } = await world();
  const [older, newer] = [hcp.start('one'), hcp.start('two')];
  await post(hcp.post(older));
  keyturn.clock.advance(MINUTE);
  await post(hcp.post(newer));
  const [held, ...others] = await requests();
  expect(others).toEqual([]);
  await seeAndApprove(keyturn, 'bob', held);
  await expect.poll(() => [older.status, newer.status]).toEqual(['failed', 'passed']);
});

it('where the answer to the release is lost, nobody says that it failed: the run may go on there', async () => {
  const { hcp, keyturn, post, requests } = await world();
  const task = hcp.start('one');
  await post(hcp.post(task));
  hcp.losesAnswers = true;
  const [held] = await requests();
  await seeAndApprove(keyturn, 'bob', held);
  await expect.poll(() => task.status).toBe('passed');
  hcp.losesAnswers = false;
  const { committed } = keyturn.keyturn.context.store;
  const later = () => {
    keyturn.clock.advance(5_000);
    return committed.heldOf(held.id).map(({ status }) => status);
  };
  await expect.poll(later, { timeout: 10_000 }).toEqual(['over']);
  expect((await requests())[0].state).toBe('executing');
  await minutesLater(keyturn, 61);
  await expect.poll(async () => (await requests())[0].state).toBe('unknown');
});

it('where the answer to the ticket is lost, the ticket is good all the same, and its token is gone', async () => {
  const { hcp, keyturn, post, requests, minutes } = await world();
  await post(hcp.post(hcp.start('one')));
  await minutes(54);
  hcp.losesAnswers = true;
  await minutes(2);
  hcp.losesAnswers = false;
  await minutes(2);
  const [held] = await requests();
  expect(held.state).toBe('pending');
  const { committed } = keyturn.keyturn.context.store;
  expect(committed.heldOf(held.id)).toMatchObject([{ status: 'over', sealed: null }]);
  await seeAndApprove(keyturn, 'bob', held);
  const again = hcp.start('two');
  await post(hcp.post(again));
  await expect.poll(() => again.status).toBe('passed');
  await expect.poll(() => committed.heldOf(held.id).map(({ status }) => status)).toEqual(['over', 'over']);
});

it('a plan that begins with a byte order mark is read, and one that is no text is told no', async () => {
  const { hcp, post, requests } = await world();
  const task = hcp.start('one', { plan: 'no plan' });
  expect((await post(hcp.post(task))).status).toBe(200);
  expect(task.status).toBe('failed');
  expect(await requests()).toEqual([]);
  const bytes = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(JSON.stringify(aPlan()))]);
  const hold = { submission: { payload: {} } } as never;
  expect(withPlan(hold, bytes).submission.payload['plan_sha256']).toMatch(/^[0-9a-f]{64}$/);
});

async function minutesLater(keyturn: TestKeyturn, count: number): Promise<void> {
  keyturn.clock.advance(count * MINUTE);
}
