import { expect, it } from 'vitest';
import {
  anApproved,
  consume,
  expectProblem,
  expectRefused,
  report,
  stateOf,
  storyOf,
  submit,
} from '../connectors/api/world.ts';
import { startKeyturn, type TestKeyturn } from '../helpers/start-keyturn.ts';

const grants = async (keyturn: TestKeyturn, request: { readonly id: string }) =>
  (await storyOf(keyturn, request)).filter((type) => type === 'grant.issued').length;

it('row 2: of two workers with one approval one is released, and the other one is told', async () => {
  const keyturn = await startKeyturn();
  const request = await anApproved(keyturn);
  const answers = await Promise.all([
    consume(keyturn, request, 'worker-1'),
    consume(keyturn, request, 'worker-2'),
  ]);
  const [refused] = answers.filter(({ status }) => status !== 200);
  if (refused === undefined) throw new Error('both were released');
  await expectRefused(keyturn, refused, 'ALREADY_CONSUMED', { type: 'grant.refused', by: 'agent' });
  expect(await grants(keyturn, request)).toBe(1);
});

it('row 2: a replayed consume is refused, at once, after the minute, after the end and after a restart', async () => {
  const keyturn = await startKeyturn();
  const request = await anApproved(keyturn);
  const { nonce } = (await consume(keyturn, request, 'k')).body;
  expectProblem(await consume(keyturn, request), 'ALREADY_CONSUMED');
  keyturn.clock.advance(60_001);
  expectProblem(await consume(keyturn, request, 'k'), 'ALREADY_CONSUMED');
  await report(keyturn, { id: request.id, nonce });
  expectProblem(await consume(keyturn, request, 'k'), 'ALREADY_CONSUMED');
  const after = await keyturn.restart();
  const answer = await consume(after, request, 'k');
  await expectRefused(after, answer, 'ALREADY_CONSUMED', { type: 'grant.refused', by: 'agent' });
  expect(await grants(after, request)).toBe(1);
});

it('row 2: what is unknown is not released again', async () => {
  const keyturn = await startKeyturn();
  const request = await anApproved(keyturn);
  await consume(keyturn, request, 'k');
  keyturn.clock.advance(3_600_000);
  expect(await stateOf(keyturn, request)).toBe('unknown');
  expectProblem(await consume(keyturn, request, 'k'), 'ALREADY_CONSUMED');
  expectProblem(await consume(keyturn, request), 'ALREADY_CONSUMED');
});

it('row 2: a repeat within the minute is the same grant with the same nonce, never a second one', async () => {
  const keyturn = await startKeyturn();
  const request = await anApproved(keyturn);
  const answers = [];
  for (let times = 0; times < 3; times += 1) answers.push((await consume(keyturn, request, 'k')).text);
  expect(new Set(answers).size).toBe(1);
  expect(await grants(keyturn, request)).toBe(1);
});

it('row 2: a rule that allows releases each request once as well', async () => {
  const keyturn = await startKeyturn();
  const request = await submit(keyturn, { action: 'db.read' });
  expect((await consume(keyturn, request)).status).toBe(200);
  expectProblem(await consume(keyturn, request), 'ALREADY_CONSUMED');
});

it('row 2: one nonce ends one execution once', async () => {
  const keyturn = await startKeyturn();
  const [one, two] = [await anApproved(keyturn), await anApproved(keyturn, { payload: {} })];
  const { nonce } = (await consume(keyturn, one)).body;
  await consume(keyturn, two);
  expectProblem(await report(keyturn, { id: two.id, nonce }), 'FORBIDDEN');
  expect((await report(keyturn, { id: one.id, nonce })).status).toBe(200);
  expectProblem(await report(keyturn, { id: one.id, nonce }, { status: 'failed' }), 'ALREADY_RESOLVED');
});
