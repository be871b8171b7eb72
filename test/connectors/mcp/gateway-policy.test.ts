import { expect, it } from 'vitest';
import { rule } from '../../helpers/rulebook.ts';
import { approve, startKeyturn } from '../../helpers/start-keyturn.ts';
import { nthRequest } from '../hook/world.ts';
import { GatewayWorld } from './gateway-world.ts';
import { use } from './world.ts';

const client = { actions: ['mcp.**', 'mcp_unpinned.**'], targets: ['mcp/**'] };

it('a rule of the policy looks at server, tool and arguments, and decides what passes and what never does', async () => {
  const lineOf = (payload: Record<string, unknown>) => (payload['arguments'] as { line?: unknown }).line;
  const rules = [
    rule('notes to self', {
      match: { action: ['mcp_unpinned.notes.write'] },
      effect: 'allow',
      when: ({ payload }) =>
        payload['server'] === 'notes' && payload['tool'] === 'write' && lineOf(payload) === 'to self',
    }),
    rule('never', {
      match: { action: ['mcp_unpinned.notes.write'] },
      effect: 'deny',
      when: ({ payload }) => lineOf(payload) === 'drop everything',
    }),
  ];
  const world = new GatewayWorld(await startKeyturn({ client, rules }));
  const agent = await world.connect();
  expect((await use(agent, 'notes__write', { line: 'to self' })).isError).toBe(false);
  expect((await use(agent, 'notes__write', { line: 'drop everything' })).isError).toBe(true);
  // What no rule foresaw is held, and so is another tool with the same arguments.
  const held = [
    use(agent, 'notes__write', { line: 'to all' }),
    use(agent, 'notes__fail', { line: 'to self' }),
  ];
  for (const nth of [3, 4]) {
    const request = await nthRequest(world.keyturn, nth);
    expect(request.state).toBe('pending');
    await approve(world.keyturn, 'bob', request);
  }
  await Promise.all(held);
  expect(world.ran().map(({ name, arguments: given }) => [name, given])).toEqual(
    expect.arrayContaining([
      ['write', { line: 'to self' }],
      ['write', { line: 'to all' }],
      ['fail', { line: 'to self' }],
    ]),
  );
  expect(world.ran()).toHaveLength(3);
});
