import { expect, it } from 'vitest';
import { startKeyturn } from '../../helpers/start-keyturn.ts';
import { consume, expectProblem, readLog, review, submit, WRONG_DIGEST } from './world.ts';

const REFUSALS = ['grant.refused', 'review.refused', 'request.refused', 'client.refused'];

it('tells 120 refusals of a caller a minute, whatever was refused, and counts the rest in the next', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn);
  const from = (await readLog(keyturn)).length;
  for (let nth = 0; nth < 70; nth += 1) {
    expectProblem(await consume(keyturn, { ...request, action_digest: WRONG_DIGEST }), 'NOT_APPROVED');
    expectProblem(await keyturn.post('agent', '/v1/requests', {}), 'INVALID');
  }
  const told = async () => (await readLog(keyturn, from)).filter(({ type }) => REFUSALS.includes(type));
  expect(await told()).toHaveLength(120);

  // Somebody else's are not in that count.
  expectProblem(await review(keyturn, 'alice', request, 'approve'), 'SELF_REVIEW');
  expect(await told()).toHaveLength(121);

  keyturn.clock.advance(60_000);
  expectProblem(await consume(keyturn, request), 'NOT_APPROVED');
  const [own, rest, ...more] = (await told()).slice(121);
  expect(own).toMatchObject({ type: 'grant.refused', subject: { request: request.id } });
  expect(rest).toMatchObject({ type: 'client.refused', data: { call: 'any', times: 20 } });
  expect(more).toEqual([]);
});
