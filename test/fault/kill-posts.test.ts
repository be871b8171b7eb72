import { expect, it } from 'vitest';
import { aSubmission } from '../helpers/start-keyturn.ts';
import { until } from '../helpers/until.ts';
import { checkAgreement } from './agreement.ts';
import { type Arm, World } from './world.ts';

/** Around the claim, the vendor's answer and the commit that stores it, for the card and for the line under it. */
const POINTS: readonly Arm[] = [
  { name: 'before UPDATE outbox', skip: 0 },
  { name: 'before post', skip: 0 },
  { name: 'after post', skip: 0 },
  { name: 'before INSERT OR IGNORE INTO posts', skip: 0 },
  { name: 'before DELETE FROM outbox', skip: 0 },
  { name: 'before COMMIT', skip: 0 },
  { name: 'after COMMIT', skip: 0 },
  { name: 'before post', skip: 1 },
  { name: 'after post', skip: 1 },
];

it('row 24: kill -9 around a post leaves each card and each line once, and the card can still be edited', {
  timeout: 240_000,
}, async () => {
  const world = new World();
  const requests: string[] = [];
  for (const [round, point] of POINTS.entries()) {
    const server = await world.start({ gate: 'shut', face: true });
    const payload = { kind: 'sql', statement: `SELECT ${round}` };
    const answer = await server.post('agent', '/v1/requests', aSubmission({ payload }));
    expect(answer.status).toBe(201);
    requests.push(answer.body.id);
    await server.arm(point, true);
    expect((await server.died()).point).toBe(point.name);
  }
  const server = await world.start({ face: true });
  const ofKind = (kind: string) => world.linesOf(world.posts).filter((post) => post['kind'] === kind);
  const once = (kind: string) => {
    const posted = ofKind(kind).map((post) => String(post['request']));
    return posted.toSorted().join() === requests.toSorted().join() ? true : null;
  };
  for (const kind of ['card', 'thread'])
    await until(
      () => once(kind),
      () => ofKind(kind),
    );

  const edited = world.linesOf(world.edits).length;
  await server.post('agent', `/v1/requests/${requests[0]}/cancel`, undefined);
  const [card] = ofKind('card').filter((post) => post['request'] === requests[0]);
  await until(() =>
    world
      .linesOf(world.edits)
      .slice(edited)
      .find((edit) => edit['message'] === card?.['message']),
  );
  await until(
    () => (ofKind('thread').length === requests.length + 1 ? true : null),
    () => ofKind('thread'),
  );
  await server.stop();
  expect(ofKind('card')).toHaveLength(requests.length);
  expect(checkAgreement(world.database).outbox).toBe(0);
});
