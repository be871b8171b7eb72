import { expect, it } from 'vitest';
import { toPlace } from '../../bot/core/place.ts';
import { EXPORT, firm, glass, glassRule, postReview, seeAndBreak } from '../connectors/api/glass.ts';
import {
  consume,
  expectProblem,
  expectRefused,
  HOUR,
  readLog,
  stateOf,
  submit,
  WRONG_DIGEST,
} from '../connectors/api/world.ts';

const refused = { type: 'client.refused', by: 'bob' } as const;

it.each([
  ['no reason worth the name', { reason: 'urgent' }, 'INVALID'],
  ['a reason of white space', { reason: ' \n\t'.repeat(40) }, 'INVALID'],
  ['another target typed out', { confirm_target: 'postgres/dev/orders' }, 'INVALID'],
  ['the target in other letters', { confirm_target: 'Postgres/prod/orders' }, 'INVALID'],
  ['nothing typed out', { confirm_target: '' }, 'INVALID'],
  ['another digest', { action_digest: WRONG_DIGEST }, 'DIGEST_MISMATCH'],
  ['a field that is not known', { force: true }, 'INVALID'],
])('row 18: %s releases nothing', async (_what, said, code) => {
  const keyturn = await firm();
  const request = await submit(keyturn, EXPORT);
  expectProblem(await seeAndBreak(keyturn, 'bob', request, said), code);
  expect(await stateOf(keyturn, request)).toBe('pending');
  expectProblem(await consume(keyturn, request), 'NOT_APPROVED');
});

it('row 18: nobody breaks it unseen', async () => {
  const keyturn = await firm();
  const request = await submit(keyturn, EXPORT);
  await expectRefused(keyturn, await glass(keyturn, 'bob', request), 'FULL_VIEW_REQUIRED', refused);
});

it('row 18: neither the agent, nor its owner, nor a stranger breaks it', async () => {
  const keyturn = await firm();
  const request = await submit(keyturn, EXPORT);
  expectProblem(await glass(keyturn, 'agent', request), 'NOT_A_HUMAN');
  expectProblem(await glass(keyturn, 'ci', request), 'NOT_A_HUMAN');
  expectProblem(await seeAndBreak(keyturn, 'alice', request), 'SELF_REVIEW');
  expectProblem(await glass(keyturn, 'eve', request), 'NOT_FOUND');
});

it('row 18: whoever breaks it does not review it, nor does anybody behind the request', async () => {
  const keyturn = await firm({
    groups: { dba: ['alice', 'bob', 'dora'], security: ['alice', 'bob', 'carol'] },
  });
  const request = await submit(keyturn, EXPORT);
  await seeAndBreak(keyturn, 'bob', request);
  expectProblem(await postReview(keyturn, 'bob', request, 'approve'), 'SELF_REVIEW');
  expectProblem(await postReview(keyturn, 'alice', request, 'approve'), 'SELF_REVIEW');
  expectProblem(await postReview(keyturn, 'dora', request, 'approve'), 'NOT_ELIGIBLE');
  expect((await postReview(keyturn, 'carol', request, 'approve')).status).toBe(200);
});

it('row 18: a habit of it ends when nobody reviews it in time, and not by another account of that person', async () => {
  const keyturn = await firm({ moreTokens: { bob: ['ktp_second_token_of_bob_0123456789'] } });
  await seeAndBreak(keyturn, 'bob', await submit(keyturn, EXPORT));
  keyturn.clock.advance(24 * HOUR);
  const next = await submit(keyturn, { ...EXPORT, payload: { n: 2 } });
  await expectRefused(keyturn, await seeAndBreak(keyturn, 'bob', next), 'POST_REVIEW_OVERDUE', refused);
  const again = await fetch(`${keyturn.url}/v1/requests/${next.id}/break-glass`, {
    method: 'POST',
    headers: { authorization: 'Bearer ktp_second_token_of_bob_0123456789' },
    body: JSON.stringify({
      action_digest: next.action_digest,
      reason: 'INC-9: the same again, by another of my tokens, and in a hurry',
      confirm_target: 'postgres/prod/orders',
    }),
  });
  expect(((await again.json()) as { code: string }).code).toBe('POST_REVIEW_OVERDUE');
});

it('row 18: twenty clicks at once break one glass', async () => {
  const keyturn = await firm();
  const request = await submit(keyturn, EXPORT);
  for (const who of ['bob', 'dora'] as const) await keyturn.get(who, `/v1/requests/${request.id}/payload`);
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) => glass(keyturn, n % 2 === 0 ? 'bob' : 'dora', request)),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect((await readLog(keyturn)).filter(({ type }) => type === 'break_glass.used')).toHaveLength(1);
});

it('row 18: it is never quiet: the record names who, on what, how it was typed, and when the review is due', async () => {
  const rule = glassRule({ notify: [toPlace('slack', '#incidents')] });
  const keyturn = await firm({ breakGlass: [rule] });
  const request = await submit(keyturn, EXPORT);
  await seeAndBreak(keyturn, 'bob', request);
  const used = (await readLog(keyturn)).find(({ type }) => type === 'break_glass.used');
  expect(used).toMatchObject({
    actor: { kind: 'person', via: 'api', roles: ['dba'] },
    data: { notify: ['slack:#incidents'], target: 'postgres/prod/orders', due_at: expect.any(String) },
    d: { reason: expect.any(String) },
  });
});
