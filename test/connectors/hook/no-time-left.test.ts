import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { decide } from '../../../connectors/hook/decide.ts';
import { tokenOf } from '../../helpers/rulebook.ts';
import { slowWayTo } from '../../helpers/slow-way.ts';
import { approve, startKeyturn } from '../../helpers/start-keyturn.ts';
import { stateOf } from '../api/world.ts';
import { nthRequest } from './world.ts';

const PAYLOAD = { kind: 'sql', statement: 'DELETE FROM orders' };
const BODY = JSON.stringify({
  action: 'db.migrate',
  target: { system: 'postgres', environment: 'prod', resource: 'orders' },
  reason: 'tidy up',
  payload: PAYLOAD,
  hold: 'ticket',
});

it('an approval for which no time is left is not used up: the same call made again runs by it', async () => {
  const keyturn = await startKeyturn();
  const token = tokenOf('agent');
  const ask = (url: string, withinMs: number) =>
    decide({ url, token }, { body: BODY, key: randomUUID(), payload: PAYLOAD, until: Date.now() + withinMs });
  expect(await ask(keyturn.url, 1_000)).toMatchObject({
    allow: false,
    why: expect.stringContaining('still waits'),
  });
  const request = await nthRequest(keyturn);
  await approve(keyturn, 'bob', request);
  const slow = await slowWayTo(keyturn.url, /^\/v1\/requests$/, 2_500);
  const late = await ask(slow, 3_000);
  expect(late).toMatchObject({ allow: false, why: expect.stringContaining(`Ticket ${request.id}`) });
  expect(await stateOf(keyturn, request)).toBe('approved');
  expect(await ask(keyturn.url, 20_000)).toMatchObject({ allow: true, request: { id: request.id } });
});
