import { expect, it } from 'vitest';
import { approve, aSubmission, startKeyturn } from '../../helpers/start-keyturn.ts';

it('holds an action, lets another person approve it, releases it once, and records how it ended', async () => {
  const keyturn = await startKeyturn();
  const submitted = await keyturn.post('agent', '/v1/requests', aSubmission());
  expect(submitted.status).toBe(201);
  expect(submitted.body).toMatchObject({ number: 1, state: 'pending', waiting_for: ['dba 0/1'] });
  const { id, action_digest } = submitted.body;

  expect((await approve(keyturn, 'alice', submitted.body)).body).toMatchObject({
    status: 403,
    code: 'SELF_REVIEW',
  });
  expect((await approve(keyturn, 'bob', submitted.body)).body).toMatchObject({ state: 'approved' });

  const consumed = await keyturn.post('agent', `/v1/requests/${id}/consume`, { action_digest });
  expect(consumed.body).toMatchObject({ payload: aSubmission()['payload'] });
  const again = await keyturn.post('agent', `/v1/requests/${id}/consume`, { action_digest });
  expect(again.body).toMatchObject({ status: 409, code: 'ALREADY_CONSUMED' });

  const { nonce } = consumed.body;
  const outcome = await keyturn.post('agent', `/v1/requests/${id}/outcome`, {
    nonce,
    status: 'succeeded',
    exit_code: 0,
  });
  expect(outcome.body).toMatchObject({ state: 'succeeded', execution: { outcome: { exit_code: 0 } } });
});
