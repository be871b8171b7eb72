import { expect, it } from 'vitest';
import { aSubmission } from '../helpers/start-keyturn.ts';
import { checkAgreement } from './agreement.ts';
import { type Arm, World } from './world.ts';

const POINTS: readonly Arm[] = [
  { name: 'before delivery', skip: 0 },
  { name: 'after delivery', skip: 0 },
  { name: 'before delivery', skip: 3 },
  { name: 'after delivery', skip: 3 },
  // All were delivered, and none is crossed out yet.
  { name: 'before BEGIN IMMEDIATE', skip: 0 },
  { name: 'before DELETE FROM outbox', skip: 0 },
  { name: 'before DELETE FROM outbox', skip: 5 },
  { name: 'before COMMIT', skip: 0 },
  { name: 'after COMMIT', skip: 0 },
];

it('row 24: kill -9 before, during or after a delivery drops no notice and keeps their order', {
  timeout: 180_000,
}, async () => {
  const world = new World();
  const seqs: number[] = [];
  for (const [round, point] of POINTS.entries()) {
    const server = await world.start({ gate: 'shut' });
    // Two changes a round, answered before anything is delivered.
    for (const name of ['a', 'b']) {
      const payload = { kind: 'sql', statement: `SELECT ${name}${round}` };
      const answer = await server.post('agent', '/v1/requests', aSubmission({ payload }));
      expect(answer.status).toBe(201);
      seqs.push(answer.body.audit_seq);
    }
    await server.arm(point, true);
    expect((await server.died()).point).toBe(point.name);
  }
  // The last kill came after the commit: what was crossed out before it is not told again.
  const toldBefore = world.linesOf(world.deliveries).length;
  const server = await world.start({ gate: 'shut' });
  const drained = server.drained();
  seqs.push((await server.post('agent', '/v1/requests', aSubmission())).body.audit_seq);
  await server.openGate();
  await drained;
  await server.stop();

  const told = world.linesOf(world.deliveries).map(({ seq }) => Number(seq));
  // At least once: a first time each, in the order of the log. What was told again had not been crossed out.
  expect([...new Set(told)]).toEqual(seqs);
  expect(told.length).toBeGreaterThan(seqs.length);
  const before = new Set(told.slice(0, toldBefore));
  expect(told.slice(toldBefore).filter((seq) => before.has(seq))).toEqual([]);
  expect(checkAgreement(world.database).outbox).toBe(0);
});
