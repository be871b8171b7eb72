import { expect, it } from 'vitest';
import { aSubmission } from '../helpers/start-keyturn.ts';
import { checkAgreement } from './agreement.ts';
import { type Arm, type Server, World } from './world.ts';

interface Asked {
  readonly id: string;
  readonly action_digest: string;
}

async function ask(server: Server, action: string, n = 0): Promise<Asked> {
  const answer = await server.post('agent', '/v1/requests', aSubmission({ action, payload: { n } }));
  expect(answer.status).toBe(201);
  return answer.body as Asked;
}

async function approved(server: Server): Promise<Asked> {
  const request = await ask(server, 'db.migrate');
  await server.get('bob', `/v1/requests/${request.id}/payload`);
  const vote = { verdict: 'approve', action_digest: request.action_digest };
  expect((await server.post('bob', `/v1/requests/${request.id}/reviews`, vote)).body.state).toBe('approved');
  return request;
}

const POINTS: readonly Arm[] = [
  { name: 'before BEGIN IMMEDIATE', skip: 0 },
  { name: 'before INSERT INTO entries', skip: 0 },
  { name: 'before INSERT OR REPLACE INTO facts', skip: 0 },
  { name: 'before INSERT OR REPLACE INTO facts', skip: 1 },
  { name: 'before COMMIT', skip: 0 },
  { name: 'after COMMIT', skip: 0 },
  { name: 'before UPDATE requests', skip: 0 },
  { name: 'before UPDATE requests', skip: 1 },
  { name: 'before UPDATE requests', skip: 2 },
  { name: 'before COMMIT', skip: 1 },
  { name: 'after COMMIT', skip: 1 },
  { name: 'before INSERT OR REPLACE INTO facts', skip: 2 },
  { name: 'before COMMIT', skip: 2 },
  { name: 'after COMMIT', skip: 2 },
];

it.each(POINTS)(
  'row 24: kill -9 $name (after $skip) while a stricter policy is taken leaves every request judged by one policy',
  {
    timeout: 60_000,
  },
  async (arm) => {
    const world = new World();
    const server = await world.start();
    const [pending, dropped, released] = [
      await ask(server, 'db.export'),
      await ask(server, 'db.drop'),
      await approved(server),
    ];
    await server.arm(arm);
    server.child.once('error', () => undefined);
    void server.reload(2);
    expect((await server.died()).point).toBe(arm.name);

    // Whatever is on disk by then is one policy in force, and a log in which nothing was judged by another.
    const before = checkAgreement(world.database);
    const loaded = before.typesOf().filter((type) => type === 'policy.loaded').length;
    expect([1, 2]).toContain(loaded);
    if (loaded === 1) expect(before.typesOf()).not.toContain('request.reevaluated');

    const again = await world.start({ policy: 2 });
    const consume = await again.post('agent', `/v1/requests/${released.id}/consume`, {
      action_digest: released.action_digest,
    });
    expect([consume.status, consume.body.code]).toEqual([409, 'NOT_APPROVED']);
    await again.stop();
    const held = checkAgreement(world.database);
    expect(Object.fromEntries(held.states())).toEqual({
      [pending.id]: 'pending',
      [dropped.id]: 'denied',
      [released.id]: 'revoked',
    });
    expect(held.typesOf().filter((type) => type === 'policy.loaded')).toHaveLength(2);
  },
);

it('releases nothing under the old policy between the batches of a reload', { timeout: 60_000 }, async () => {
  const world = new World();
  const server = await world.start();
  const released = await approved(server);
  const reload = server.reload(2);
  // Asked at the same time: it is answered by the old policy before the entry, or by the new one after it.
  const consume = await server.post('agent', `/v1/requests/${released.id}/consume`, {
    action_digest: released.action_digest,
  });
  await reload;
  await server.stop();
  const types = checkAgreement(world.database).typesOf();
  const [, swap] = types.flatMap((type, index) => (type === 'policy.loaded' ? [index] : []));
  const grant = types.indexOf('grant.issued');
  expect(consume.status === 200 ? grant < (swap ?? 0) && grant > 0 : grant === -1).toBe(true);
});
