import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { seededRandom } from '../helpers/seeded-random.ts';
import { aSubmission } from '../helpers/start-keyturn.ts';
import { checkAgreement } from './agreement.ts';
import { Effects } from './effects.ts';
import { type Answer, type Arm, type Fired, type Server, World } from './world.ts';

const CLIENTS = 50;
const KILLS = 20;
const SEED = process.env['KEYTURN_SEED'] ?? '24';

/** Where each kill comes: some statement on the way, or one of these with several callers in the batch. */
const IN_A_BATCH = ['before RELEASE work', 'after RELEASE work', 'before COMMIT', 'after COMMIT'] as const;

function seededArms(): readonly Arm[] {
  const random = seededRandom(SEED);
  const upTo = (most: number) => Buffer.from(random.bytes(4)).readUInt32BE() % most;
  return Array.from({ length: KILLS }, (_none, index) => {
    const name = IN_A_BATCH[index % 8];
    return name === undefined ? { skip: 40 + upTo(600) } : { name, works: 2 + upTo(4), skip: upTo(12) };
  });
}

function withResolvers() {
  let resolve: (server: Server) => void = () => undefined;
  const promise = new Promise<Server>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** The server of the moment. Who finds it gone waits here for the next one. */
class Revolving {
  #next = withResolvers();

  up(server: Server): void {
    this.#next.resolve(server);
    void server.gone.then(() => {
      this.#next = withResolvers();
    });
  }

  /** Calls until it is answered. Every retry is the same call, with the same key. */
  async answered<T>(call: (server: Server) => Promise<T | null>): Promise<T> {
    for (;;) {
      const server = await this.#next.promise;
      const answer = await call(server).catch(() => null);
      if (answer !== null) return answer;
      // A connection breaks a moment before anybody has seen the process end.
      await Promise.race([server.gone, setTimeout(20)]);
    }
  }
}

it('row 24: with 50 clients in flight and 20 kills at seeded moments, every answer is kept and every grant given once', {
  timeout: 240_000,
}, async () => {
  const world = new World();
  const effects = new Effects(world);
  const servers = new Revolving();
  const answers: { id: string; state: string }[] = [];
  const granted = new Map<string, string>();
  let killing = true;

  const cycle = async (name: string) => {
    const note = (answer: Answer, ...fine: number[]) => {
      expect([200, 201, ...fine]).toContain(answer.status);
      if (answer.status < 300) answers.push({ id: answer.body.id, state: answer.body.state });
      return answer.body;
    };
    const submission = aSubmission({ action: 'db.export', payload: { name } });
    const request = note(await servers.answered((s) => s.post('agent', '/v1/requests', submission, name)));
    const path = `/v1/requests/${request.id}`;
    const { action_digest } = request;
    for (const who of ['bob', 'carol'] as const) {
      const seen = await servers.answered((s) => s.get(who, `${path}/payload`));
      expect(seen.status).toBe(200);
      const vote = { verdict: 'approve', action_digest };
      // 409: the vote was counted, and the kill took the answer.
      note(await servers.answered((s) => s.post(who, `${path}/reviews`, vote)), 409);
    }
    // Two that both want it, each with a key of its own.
    const rivals = await Promise.all(
      ['one', 'two'].map((rival) =>
        servers.answered(async (server) => {
          const tried = await effects.tryOnce(server, request, `${rival}-${name}`);
          return tried.status === null ? null : tried;
        }),
      ),
    );
    expect(rivals.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    const nonce = rivals.find(({ status }) => status === 200)?.nonce ?? '';
    granted.set(request.id, nonce);
    const outcome = { nonce, status: 'succeeded', exit_code: 0 };
    note(await servers.answered((s) => s.post('agent', `${path}/outcome`, outcome)));
  };
  const client = async (number: number) => {
    for (let round = 0; killing || round === 0; round += 1) await cycle(`c${number}_${round}`);
  };

  const clients = Promise.all(Array.from({ length: CLIENTS }, (_none, number) => client(number)));
  const fired: Fired[] = [];
  let port = 0;
  for (const arm of seededArms()) {
    const server = await world.start({ port });
    port = server.port;
    await server.arm(arm, true);
    servers.up(server);
    fired.push(
      await Promise.race([server.died(), clients.then(() => Promise.reject(new Error('all done')))]),
    );
  }
  killing = false;
  const last = await world.start({ port });
  servers.up(last);
  await clients;
  await last.stop();

  expect(fired).toHaveLength(KILLS);
  expect(fired.filter(({ works }) => works > 1).length).toBeGreaterThanOrEqual(KILLS / 2);
  const held = checkAgreement(world.database);
  const states = held.states();
  // Counted where it happened: one line for each request, each with the nonce that its caller was given.
  const lines = world.linesOf(world.effects);
  expect(lines).toHaveLength(states.size);
  expect(new Map(lines.map(({ id, nonce }) => [id, nonce]))).toEqual(granted);
  expect(states.size).toBeGreaterThanOrEqual(CLIENTS);
  for (const { id } of answers) expect(states.get(id)).toBe('succeeded');
  const types = held.typesOf();
  for (const once of ['grant.issued', 'execution.succeeded', 'request.approved']) {
    expect(types.filter((type) => type === once)).toHaveLength(states.size);
  }
  expect(types.filter((type) => type === 'log.started')).toHaveLength(KILLS + 1);
});
