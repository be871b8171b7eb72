import { expect, it } from 'vitest';
import type { Who } from '../helpers/rulebook.ts';
import { checkAgreement } from './agreement.ts';
import { Effects, type Tried } from './effects.ts';
import { type Answer, type Server, World } from './world.ts';

/** One request on its way, and what its callers remember of it. */
interface Cycle {
  readonly name: string;
  readonly effects: Effects;
  id: string;
  action_digest: string;
  nonce: string;
}

interface Step {
  readonly does: string;
  readonly call: (server: Server, cycle: Cycle) => Promise<Answer>;
  /** What the first call is answered, and what a repeat is answered once the first was committed. */
  readonly first: number;
  readonly repeat: readonly [status: number, code?: string];
  /** What a reviewer sees after it: state and votes. */
  readonly leaves: readonly [state: string, votes: number];
}

const view =
  (who: Who) =>
  (server: Server, { id }: Cycle) =>
    server.get(who, `/v1/requests/${id}/payload`);
const approve =
  (who: Who) =>
  (server: Server, { id, action_digest }: Cycle) =>
    server.post(who, `/v1/requests/${id}/reviews`, { verdict: 'approve', action_digest });

const STEPS: readonly Step[] = [
  { does: 'submit', call: submit, first: 201, repeat: [200], leaves: ['pending', 0] },
  { does: 'view the payload', call: view('bob'), first: 200, repeat: [200], leaves: ['pending', 0] },
  {
    does: 'fill the first seat',
    call: approve('bob'),
    first: 200,
    repeat: [409, 'ALREADY_REVIEWED'],
    leaves: ['pending', 1],
  },
  {
    does: 'view it for the second seat',
    call: view('carol'),
    first: 200,
    repeat: [200],
    leaves: ['pending', 1],
  },
  {
    does: 'approve',
    call: approve('carol'),
    first: 200,
    repeat: [409, 'ALREADY_RESOLVED'],
    leaves: ['approved', 2],
  },
  { does: 'consume', call: consume, first: 200, repeat: [200], leaves: ['executing', 2] },
  { does: 'send a heartbeat', call: heartbeat, first: 200, repeat: [200], leaves: ['executing', 2] },
  { does: 'report the outcome', call: report, first: 200, repeat: [200], leaves: ['succeeded', 2] },
];

async function submit(server: Server, cycle: Cycle): Promise<Answer> {
  const body = {
    action: 'db.export',
    target: { system: 'postgres', environment: 'prod', resource: 'orders' },
    reason: 'FIN-231 monthly reconciliation',
    payload: { kind: 'sql', statement: `COPY ${cycle.name} TO STDOUT` },
  };
  const answer = await server.post('agent', '/v1/requests', body, `submit-${cycle.name}`);
  cycle.id = answer.body.id;
  cycle.action_digest = answer.body.action_digest;
  return answer;
}

async function consume(server: Server, cycle: Cycle): Promise<Answer> {
  const tried: Tried = await cycle.effects.tryOnce(server, cycle, `consume-${cycle.name}`);
  if (tried.status === null) throw new Error('not answered');
  cycle.nonce = tried.nonce ?? '';
  return { status: tried.status, body: tried };
}

function heartbeat(server: Server, { id, nonce }: Cycle): Promise<Answer> {
  return server.post('agent', `/v1/requests/${id}/heartbeat`, { nonce });
}

function report(server: Server, { id, nonce }: Cycle): Promise<Answer> {
  return server.post('agent', `/v1/requests/${id}/outcome`, { nonce, status: 'succeeded', exit_code: 0 });
}

const COMMITTED = ['after COMMIT', 'before the answer', 'after the answer'];

it.each(STEPS.filter(({ does }) => does !== 'view it for the second seat'))(
  'row 24: kill -9 between any two statements of the call to $does loses no answer, and releases nothing twice',
  { timeout: 180_000 },
  async (step) => {
    const world = new World();
    const effects = new Effects(world);
    const at = STEPS.indexOf(step);
    const fired: string[] = [];
    const ids: string[] = [];
    let server = await world.start();

    while (fired.at(-1) !== 'after the answer') {
      const cycle = { name: `t${fired.length}`, effects, id: '', action_digest: '', nonce: '' };
      for (const { call, first } of STEPS.slice(0, at))
        expect((await call(server, cycle)).status).toBe(first);

      await server.arm({ skip: fired.length });
      const answer = await step.call(server, cycle).catch(() => null);
      const { point } = await server.died();
      fired.push(point);
      const committed = COMMITTED.includes(point);
      // Nobody was told what may not be there: an answer leaves after the commit only.
      expect([point, answer !== null]).toEqual([point, point === 'after the answer']);

      server = await world.start();
      if (cycle.id !== '') {
        const held = (await server.get('carol', `/v1/requests/${cycle.id}`)).body;
        const leaves = (committed ? step : STEPS[at - 1])?.leaves;
        expect([point, held.state, held.reviews.length]).toEqual([point, ...(leaves ?? [])]);
      }
      if (committed && step.does === 'consume') {
        expect(await effects.tryOnce(server, cycle, 'rival')).toMatchObject({ code: 'ALREADY_CONSUMED' });
      }
      if (answer === null) {
        const [status, code] = committed ? step.repeat : [step.first];
        const again = await step.call(server, cycle);
        expect([point, again.status, again.body.code ?? undefined]).toEqual([point, status, code]);
      }
      for (const { call, first } of STEPS.slice(at + 1))
        expect((await call(server, cycle)).status).toBe(first);
      expect(await effects.tryOnce(server, cycle, 'rival')).toMatchObject({ status: 409 });
      ids.push(cycle.id);
    }
    await server.stop();

    for (const boundary of [
      'BEGIN IMMEDIATE',
      'SAVEPOINT work',
      'UPDATE requests',
      'RELEASE work',
      'COMMIT',
    ]) {
      const insteadOf =
        step.does === 'submit' && boundary === 'UPDATE requests' ? 'INSERT INTO requests' : boundary;
      expect(fired).toContain(`before ${insteadOf}`);
    }
    if (step.does !== 'send a heartbeat') expect(fired).toContain('before INSERT INTO entries');
    if (step.does === 'consume') expect(fired).toContain('before INSERT INTO consumes');
    expect(fired.slice(-4)).toEqual(['before COMMIT', ...COMMITTED].slice(-4));

    expect(world.linesOf(world.effects).map(({ id }) => id)).toEqual(ids);
    const held = checkAgreement(world.database);
    for (const id of ids) {
      const types = held.typesOf(id);
      expect(types.filter((type) => type === 'review.recorded')).toHaveLength(2);
      for (const once of ['request.submitted', 'request.approved', 'grant.issued', 'execution.succeeded']) {
        expect(types.filter((type) => type === once)).toHaveLength(1);
      }
    }
    expect([...held.states().values()]).toEqual(ids.map(() => 'succeeded'));
    expect(held.typesOf().filter((type) => type === 'log.started')).toHaveLength(fired.length + 1);
  },
);
