import { once } from 'node:events';
import Sqlite from 'better-sqlite3';
import { Webhook } from 'standardwebhooks';
import { expect, it } from 'vitest';
import { aSubmission } from '../helpers/start-keyturn.ts';
import { until } from '../helpers/until.ts';
import { status, webhookTarget } from '../helpers/webhook-target.ts';
import { checkAgreement } from './agreement.ts';
import { type Arm, type Server, World } from './world.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** Around the post, the answer to it, and the commit that crosses it out. */
const POINTS: readonly Arm[] = [
  { name: 'before event', skip: 0 },
  { name: 'after event', skip: 0 },
  { name: 'before DELETE FROM outbox', skip: 0 },
  { name: 'before COMMIT', skip: 0 },
  { name: 'after COMMIT', skip: 0 },
  { name: 'after event', skip: 1 },
];

const submit = (server: Server, statement: string) =>
  server.post('agent', '/v1/requests', aSubmission({ payload: { kind: 'sql', statement } }));

it('row 24: kill -9 around the post of an event loses none, and each repeat is known by its id', {
  timeout: 180_000,
}, async () => {
  const target = await webhookTarget();
  const world = new World();
  const created: string[] = [];
  for (const [round, point] of POINTS.entries()) {
    const server = await world.start({ gate: 'shut', face: true, endpoint: target.url });
    for (const name of ['a', 'b']) {
      const answer = await submit(server, `SELECT ${name}${round}`);
      expect(answer.status).toBe(201);
      created.push(answer.body.id);
    }
    await server.arm(point, true);
    expect((await server.died()).point).toBe(point.name);
  }
  // And once while the other side has it and has not answered yet.
  const server = await world.start({ face: true, endpoint: target.url });
  await until(() => (new Set(target.posts.map(({ body }) => body)).size === created.length ? true : null));
  const reached = new Promise<void>((resolve) => {
    target.answer = () => resolve();
  });
  created.push((await submit(server, 'SELECT last')).body.id);
  await reached;
  server.child.kill('SIGKILL');
  await once(server.child, 'exit');
  target.answer = status(204);

  const last = await world.start({ face: true, endpoint: target.url });
  const ofLast = () => target.posts.filter(({ json }) => json.data.request.id === created.at(-1));
  await until(
    () => (ofLast().length === 2 ? true : null),
    () => target.posts.length,
  );
  await last.stop();

  const bodies = new Map<string, string>();
  for (const { headers, body } of target.posts) {
    new Webhook(SECRET).verify(body, headers);
    const id = String(headers['webhook-id']);
    // The same id is the same message, to the byte.
    expect(bodies.get(id) ?? body).toBe(body);
    bodies.set(id, body);
  }
  const told = [...bodies.values()].map((body) => JSON.parse(body).data.request.id);
  expect(told.sort()).toEqual([...created].sort());
  // What was taken and not crossed out came again.
  expect(target.posts.length).toBeGreaterThan(created.length);
  checkAgreement(world.database);
  const db = new Sqlite(world.database, { readonly: true });
  expect(db.prepare("SELECT count(*) FROM outbox WHERE place = 'event:there'").pluck().get()).toBe(0);
  db.close();
});
