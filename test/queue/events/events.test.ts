import { Webhook } from 'standardwebhooks';
import { expect, it } from 'vitest';
import { approve } from '../../helpers/start-keyturn.ts';
import { until } from '../../helpers/until.ts';
import { status, webhookTarget } from '../../helpers/webhook-target.ts';
import { drained, endpointAt, SECRET, said, startTelling, submit, told, waiting } from './world.ts';

it('tells that a request was created, decided and executed, each once and in the order of the log', async () => {
  const target = await webhookTarget();
  const keyturn = await startTelling(endpointAt(target.url));
  const request = await submit(keyturn, 'SELECT 1');
  await approve(keyturn, 'bob', request);
  const path = `/v1/requests/${request.id}`;
  const { action_digest } = request;
  const { nonce } = (await keyturn.post('agent', `${path}/consume`, { action_digest })).body;
  await keyturn.post('agent', `${path}/outcome`, { nonce, status: 'failed', exit_code: 3, detail: 'x' });
  const posts = await told(target, 3);
  expect(said(posts)).toEqual([
    ['request.created', 'request.submitted', 'pending'],
    ['request.decided', 'request.approved', 'approved'],
    ['request.executed', 'execution.failed', 'failed'],
  ]);
  const seqs = posts.map(({ json }) => json.data.entry.seq);
  expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
  expect(new Set(posts.map(({ headers }) => headers['webhook-id'])).size).toBe(3);
  await drained(keyturn);
  expect(target.posts).toHaveLength(3);
  const log = keyturn.keyturn.context.store.committed.entries(0, 100);
  expect(log.filter(({ type }) => type.startsWith('notification.'))).toEqual([]);
});

it('says which request and how it ended, and nothing that somebody wrote', async () => {
  const target = await webhookTarget();
  const keyturn = await startTelling(endpointAt(target.url));
  const request = await submit(keyturn, 'SELECT canary_payload', {
    reason: 'canary_reason',
    links: ['https://ci.example/canary_link'],
  });
  const review = { verdict: 'reject', action_digest: request.action_digest, comment: 'canary_comment' };
  await keyturn.post('bob', `/v1/requests/${request.id}/reviews`, review);
  const mine = await keyturn.post('alice', '/v1/requests', {
    action: 'db.migrate',
    target: request.target,
    reason: 'canary_reason',
    payload: { kind: 'sql', statement: 'SELECT canary_payload' },
  });
  expect(mine.status).toBe(201);
  const posts = await told(target, 3);
  const { json } = posts[1] ?? {};
  expect(json).toEqual({
    type: 'request.decided',
    timestamp: expect.stringMatching(/^2026-11-22T10:/),
    data: {
      entry: { seq: expect.any(Number), type: 'request.rejected' },
      request: {
        id: request.id,
        number: request.number,
        state: 'rejected',
        action: 'db.migrate',
        target: request.target,
        action_digest: request.action_digest,
        requester: { kind: 'agent', id: 'agent' },
        created_at: request.created_at,
        expires_at: request.expires_at,
        resolved_at: expect.any(String),
        execution: { by: 'caller', status: null, exit_code: null },
      },
    },
  });
  // A person who asks is no name here.
  expect(posts[2]?.json.data.request.requester).toEqual({ kind: 'human', id: null });
  for (const { body } of posts) expect(body).not.toMatch(/canary|alice|bob|psn_/);
});

it('tells what a rule decided at once as two events, and that time was over', async () => {
  const target = await webhookTarget();
  const keyturn = await startTelling(endpointAt(target.url));
  await submit(keyturn, 'SELECT 1');
  await told(target, 1);
  keyturn.clock.advance(31 * 60_000);
  expect(said(await told(target, 2)).at(-1)).toEqual(['request.expired', 'request.expired', 'expired']);
});

it('tells an endpoint only what it takes', async () => {
  const [all, ends] = [await webhookTarget(), await webhookTarget()];
  const keyturn = await startTelling(
    endpointAt(all.url, { name: 'all' }),
    endpointAt(ends.url, { name: 'ends', types: ['request.decided'] }),
  );
  const request = await submit(keyturn, 'SELECT 1');
  await keyturn.post('agent', `/v1/requests/${request.id}/cancel`);
  await told(all, 2);
  expect(said(await told(ends, 1))).toEqual([['request.decided', 'request.cancelled', 'cancelled']]);
  await drained(keyturn);
  expect(ends.posts).toHaveLength(1);
});

it('lets no endpoint wait for another, and no event for an earlier one', async () => {
  const [hangs, works] = [await webhookTarget(() => undefined), await webhookTarget()];
  const keyturn = await startTelling(
    endpointAt(hangs.url, { name: 'hangs' }),
    endpointAt(works.url, { name: 'works' }),
  );
  const request = await submit(keyturn, 'SELECT 1');
  await until(() => (hangs.posts.length === 1 ? true : null));
  await keyturn.post('agent', `/v1/requests/${request.id}/cancel`);
  await told(works, 2);
  expect(hangs.posts).toHaveLength(1);
  // The first one failed by now, and the second one of the same request is tried all the same.
  expect(said(await told(hangs, 2))).toEqual([
    ['request.created', 'request.submitted', 'pending'],
    ['request.decided', 'request.cancelled', 'cancelled'],
  ]);
});

it('decides while every endpoint is away, and tells them after the next start with the same id and body', async () => {
  const target = await webhookTarget((response) => void response.destroy());
  const keyturn = await startTelling(endpointAt(target.url));
  const request = await submit(keyturn, 'SELECT 1');
  expect((await approve(keyturn, 'bob', request)).body.state).toBe('approved');
  await told(target, 2);
  await keyturn.stop();
  target.answer = status(200);
  const before = target.posts.length;
  const again = await keyturn.restart();
  again.clock.advance(10_000);
  await drained(again);
  const [first, second] = [target.posts.slice(0, 2), target.posts.slice(before)];
  expect(second.map(({ body, headers }) => [headers['webhook-id'], body]).sort()).toEqual(
    first.map(({ body, headers }) => [headers['webhook-id'], body]).sort(),
  );
  expect(waiting(again)).toEqual([]);
});

it('signs each try anew, so that a late one is no replay', async () => {
  const target = await webhookTarget(status(500));
  const keyturn = await startTelling(endpointAt(target.url));
  await submit(keyturn, 'SELECT 1');
  await told(target, 1);
  // The other side looks at whole seconds of its own clock.
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  target.answer = status(200);
  keyturn.clock.advance(6_000);
  const [first, second] = await told(target, 2);
  expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
  expect(second?.headers['webhook-timestamp']).not.toBe(first?.headers['webhook-timestamp']);
  const stale = { ...second?.headers, 'webhook-timestamp': first?.headers['webhook-timestamp'] ?? '' };
  expect(() => new Webhook(SECRET).verify(second?.body ?? '', stale)).toThrow();
});
