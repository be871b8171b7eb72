import { describe, expect, it } from 'vitest';
import { createGate } from '../../connectors/client/gate.ts';
import type { Holding } from '../../connectors/client/hold-call.ts';
import { tokenOf } from '../helpers/rulebook.ts';
import { approve, startKeyturn, type TestKeyturn } from '../helpers/start-keyturn.ts';
import { until } from '../helpers/until.ts';

/** What the stub model asks for, at once. */
export interface Asked {
  readonly call: string;
  readonly input: { readonly table: string };
}

/** One run of an agent of that framework, whose stub model asks for these calls of `export_orders` and then reads what came of them. */
export type RunAgent = (run: {
  readonly asked: readonly Asked[];
  readonly tool: (input: { readonly table: string }) => Promise<string>;
  readonly holding: Holding;
  readonly signal?: AbortSignal;
}) => Promise<Readonly<Record<string, string>>>;

const ONE = [{ call: 'call_1', input: { table: 'orders' } }];
const TWO = [...ONE, { call: 'call_2', input: { table: 'orders' } }];

async function world() {
  const keyturn = await startKeyturn();
  const holding: Holding = {
    action: 'db.migrate',
    target: 'postgres/prod/orders',
    gate: createGate({ url: keyturn.url, token: tokenOf('agent') }),
  };
  const ran: unknown[] = [];
  const tool = async (input: { readonly table: string }) => {
    ran.push(input);
    return `exported ${input.table}`;
  };
  return { keyturn, holding, ran, tool };
}

/** The requests, once there are that many, in the order of the calls that they are for. */
async function requests(keyturn: TestKeyturn, count: number) {
  const items = await until(async () => {
    const { body } = await keyturn.get('bob', '/v1/requests');
    return body.items.length >= count ? body.items : null;
  });
  const payloads = await Promise.all(
    items.map(
      async (one: { id: string }) =>
        (await keyturn.get('bob', `/v1/requests/${one.id}/payload`)).body.payload,
    ),
  );
  return items
    .map((one: object, index: number) => ({ ...one, payload: payloads[index] }))
    .sort((a: { payload: { call: string } }, b: { payload: { call: string } }) =>
      a.payload.call < b.payload.call ? -1 : 1,
    );
}

async function stateOf(keyturn: TestKeyturn, { id }: { readonly id: string }) {
  return (await keyturn.get('bob', `/v1/requests/${id}`)).body.state;
}

/** What a tool that is held must do in every framework. */
export function holdsTools(framework: string, runAgent: RunAgent): void {
  describe(`a held tool of ${framework}`, () => {
    it('never runs before the approval, and then once, with what people saw', async () => {
      const { keyturn, holding, ran, tool } = await world();
      const told = runAgent({ asked: ONE, tool, holding });
      const [request] = await requests(keyturn, 1);
      expect(request).toMatchObject({ action: 'db.migrate', state: 'pending' });
      expect(request.payload).toEqual({
        kind: 'tool_call',
        agent: framework,
        tool: 'export_orders',
        input: { table: 'orders' },
        call: 'call_1',
      });
      expect(ran).toEqual([]);
      await approve(keyturn, 'bob', request);
      expect(await told).toEqual({ call_1: 'exported orders' });
      expect(ran).toEqual([{ table: 'orders' }]);
      expect(await stateOf(keyturn, request)).toBe('succeeded');
    });

    it('never runs after a reject, and the model is told why', async () => {
      const { keyturn, holding, ran, tool } = await world();
      const told = runAgent({ asked: ONE, tool, holding });
      const [request] = await requests(keyturn, 1);
      const review = { verdict: 'reject', action_digest: request.action_digest, comment: 'not on a Friday' };
      await keyturn.post('bob', `/v1/requests/${request.id}/reviews`, review);
      const { call_1: said } = await told;
      expect(said).toContain('is rejected: not on a Friday. It was not run. Do not retry');
      expect(ran).toEqual([]);
    });

    it('makes two parallel calls two requests, also with the same input, and runs the one that was approved', async () => {
      const { keyturn, holding, ran, tool } = await world();
      const told = runAgent({ asked: TWO, tool, holding });
      const [first, second] = await requests(keyturn, 2);
      const review = { verdict: 'reject', action_digest: first.action_digest, comment: 'once is enough' };
      await keyturn.post('bob', `/v1/requests/${first.id}/reviews`, review);
      await approve(keyturn, 'bob', second);
      const { call_1: no, call_2: yes } = await told;
      expect(no).toContain('once is enough');
      expect(yes).toBe('exported orders');
      expect(ran).toHaveLength(1);
    });

    it('does not run when nobody answers in time, and the request is cancelled', async () => {
      const { keyturn, holding, ran, tool } = await world();
      const { call_1: said } = await runAgent({ asked: ONE, tool, holding: { ...holding, timeout: '1s' } });
      expect(said).toContain('It was not run. It may be tried again later.');
      const [request] = await requests(keyturn, 1);
      expect([ran, request.state]).toEqual([[], 'cancelled']);
    });

    it('does not run when its agent is stopped, and the request is cancelled', async () => {
      const { keyturn, holding, ran, tool } = await world();
      const stopping = new AbortController();
      const ended = runAgent({ asked: ONE, tool, holding, signal: stopping.signal }).catch(() => 'stopped');
      const [request] = await requests(keyturn, 1);
      stopping.abort();
      await ended;
      await until(async () => ((await stateOf(keyturn, request)) === 'cancelled' ? true : null));
      expect(ran).toEqual([]);
    });

    it('does not run while Keyturn is down', async () => {
      const { keyturn, holding, ran, tool } = await world();
      await keyturn.stop();
      const { call_1: said } = await runAgent({ asked: ONE, tool, holding });
      expect(said).toContain('cannot reach Keyturn');
      expect(said).toContain('It was not run.');
      expect(ran).toEqual([]);
    }, 20_000);

    it('does not run where the program is not set up', async () => {
      const { keyturn, holding, ran, tool } = await world();
      const gate = createGate({ url: keyturn.url, token: 'ktc_nobody_knows_this_token' });
      await runAgent({ asked: ONE, tool, holding: { ...holding, gate } }).catch(() => null);
      expect(ran).toEqual([]);
      expect((await keyturn.get('bob', '/v1/requests')).body.items).toEqual([]);
    });

    it('leaves to the framework what the tool itself throws, and Keyturn hears that it failed', async () => {
      const { keyturn, holding } = await world();
      const tool = () => Promise.reject(new RangeError('no such table'));
      const told = runAgent({ asked: ONE, tool, holding });
      const [request] = await requests(keyturn, 1);
      await approve(keyturn, 'bob', request);
      expect((await told)['call_1']).toContain('no such table');
      expect(await stateOf(keyturn, request)).toBe('failed');
    });
  });
}
