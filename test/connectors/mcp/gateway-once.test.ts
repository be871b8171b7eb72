import { expect, it } from 'vitest';
import { approve } from '../../helpers/start-keyturn.ts';
import { stateOf } from '../api/world.ts';
import { nthRequest } from '../hook/world.ts';
import { GatewayWorld } from './gateway-world.ts';
import { use } from './world.ts';

it.each([
  ['says that a header of the call was wrong', 'mismatch'],
  ['asks for another round', 'again'],
  ['answers with more than 8 MiB', 'flood'],
  ['answers with something else than the protocol, and ends', 'garbage'],
])(
  'a server that %s after the effect is not called again, and nobody says how it ended',
  async (_how, tool) => {
    const world = await GatewayWorld.start();
    const call = use(await world.connect(), `notes__${tool}`, {});
    const request = await nthRequest(world.keyturn);
    await approve(world.keyturn, 'bob', request);
    const { isError, text } = await call;
    expect([isError, text]).toEqual([true, expect.stringMatching(/Do not retry: it may have run/)]);
    expect(text).not.toContain('canary');
    expect(world.ran()).toHaveLength(1);
    expect(await stateOf(world.keyturn, request)).toBe('executing');
  },
);
