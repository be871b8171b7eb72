import { createPublicKey } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { verifyDsse } from '../../store/keys/dsse.ts';
import { PEOPLE } from '../helpers/rulebook.ts';
import { approve, aSubmission, startKeyturn } from '../helpers/start-keyturn.ts';
import { checkAgreement } from './agreement.ts';
import { type Arm, type Fired, World } from './world.ts';

const REAL_CLOCK = { wall: () => Date.now(), steady: () => performance.now() };

/** Where a start that is armed like this died; null when it got through and was then stopped. */
async function startArmed(world: World, arm: Arm, policy: 1 | 2 = 1): Promise<Fired | null> {
  const child = world.launch({ arm, policy });
  const ended = once(child, 'exit');
  const listens = await Promise.race([once(child, 'message').then(() => true), ended.then(() => false)]);
  if (!listens) return world.died(child);
  child.kill('SIGTERM');
  await ended;
  return null;
}

it('row 24: kill -9 between any two steps of the very first start leaves an install that starts whole', {
  timeout: 360_000,
}, async () => {
  const fired: string[] = [];
  for (let skip = 0; ; skip += 1) {
    const world = new World();
    const died = await startArmed(world, { skip });
    if (died === null) break;
    fired.push(died.point);

    const keyturn = await startKeyturn({}, { dir: world.dir, ports: { clock: REAL_CLOCK } });
    const { body } = await keyturn.post('agent', '/v1/requests', aSubmission());
    await approve(keyturn, 'bob', body);
    const { id, action_digest } = body;
    const { grant } = (await keyturn.post('agent', `/v1/requests/${id}/consume`, { action_digest })).body;
    await keyturn.stop();

    const key = createPublicKey(readFileSync(join(world.dir, 'keys', 'grant.pub')));
    const signed = Buffer.from(grant.payload, 'base64');
    expect(verifyDsse(key, grant.payloadType, signed, grant.signatures[0].sig)).toBe(true);
    const types = checkAgreement(world.database).typesOf();
    expect([died.point, types.filter((type) => type === 'policy.loaded').length]).toEqual([died.point, 1]);
    expect(types.filter((type) => type === 'identity.linked')).toHaveLength(PEOPLE.length);
  }
  for (const boundary of ['mkdirSync', 'exec', 'PRAGMA synchronous = FULL']) {
    expect(fired).toContain(`before ${boundary}`);
  }
  // Its number counts the migrations, and more of them will come.
  expect(fired).toContainEqual(expect.stringMatching(/^before PRAGMA user_version = \d+$/));
  // In this order: the log starts, people are enrolled, the key is made, the policy is adopted.
  const order = ['before INSERT INTO entries', 'before INSERT INTO people', 'before renameSync'];
  const places = [...order, 'before INSERT OR REPLACE INTO facts'].map((point) => fired.indexOf(point));
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(places[0]).toBeGreaterThan(0);
  expect(fired.filter((point) => point === 'after COMMIT').length).toBeGreaterThanOrEqual(3);
});

it('row 24: kill -9 at any step of adopting a stricter policy leaves no request unjudged, and denies or revokes none twice', {
  timeout: 180_000,
}, async () => {
  const world = new World();
  const server = await world.start();
  const ask = async (action: string) => {
    const answer = await server.post('agent', '/v1/requests', aSubmission({ action }));
    expect(answer.status).toBe(201);
    return answer.body as { id: string; action_digest: string };
  };
  const pending = await ask('db.export');
  const dropped = await ask('db.drop');
  const approved = await ask('db.migrate');
  await server.get('bob', `/v1/requests/${approved.id}/payload`);
  const vote = { verdict: 'approve', action_digest: approved.action_digest };
  expect((await server.post('bob', `/v1/requests/${approved.id}/reviews`, vote)).body.state).toBe('approved');
  await server.stop();

  const arms: readonly Arm[] = [
    { name: 'before BEGIN IMMEDIATE', skip: 1 },
    { name: 'before INSERT OR REPLACE INTO facts', skip: 0 },
    { name: 'before INSERT OR REPLACE INTO facts', skip: 1 },
    { name: 'before COMMIT', skip: 1 },
    { name: 'after COMMIT', skip: 1 },
    // From here on the policy is in force, and no request has met it.
    { name: 'before UPDATE requests', skip: 0 },
    { name: 'before UPDATE requests', skip: 1 },
    { name: 'before UPDATE requests', skip: 2 },
    { name: 'before COMMIT', skip: 1 },
    { name: 'after COMMIT', skip: 1 },
    // From here on all have, and nobody has written down that they have.
    { name: 'before INSERT OR REPLACE INTO facts', skip: 0 },
    { name: 'before COMMIT', skip: 2 },
    { name: 'after COMMIT', skip: 2 },
  ];
  for (const arm of arms) expect((await startArmed(world, arm, 2))?.point).toBe(arm.name);
  // This start has nothing left to adopt.
  expect(await startArmed(world, { name: 'before INSERT OR REPLACE INTO facts', skip: 0 }, 2)).toBeNull();

  const held = checkAgreement(world.database);
  expect(held.typesOf().filter((type) => type === 'policy.loaded')).toHaveLength(2);
  expect(Object.fromEntries(held.states())).toEqual({
    [pending.id]: 'pending',
    [dropped.id]: 'denied',
    [approved.id]: 'revoked',
  });
  // Being judged again by the same policy changes nothing; being ended twice would.
  expect(held.typesOf(pending.id)).toContain('request.reevaluated');
  for (const [{ id }, end] of [
    [dropped, 'request.denied'],
    [approved, 'request.revoked'],
  ] as const) {
    expect(held.typesOf(id).filter((type) => type === end)).toHaveLength(1);
    expect(held.typesOf(id).at(-1)).toBe(end);
  }
});
