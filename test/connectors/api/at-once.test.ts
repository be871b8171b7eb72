import { expect, it } from 'vitest';
import { expireDue } from '../../../bot/app/expire-due.ts';
import { ONE_KEY, plan } from '../../helpers/rulebook.ts';
import { startKeyturn } from '../../helpers/start-keyturn.ts';
import {
  anApproved,
  comment,
  consume,
  HOUR,
  post,
  readLog,
  review,
  seeAndApprove,
  stateOf,
  storyOf,
  submit,
} from './world.ts';

const codes = (
  answers: readonly { readonly status: number; readonly body: { code?: string; state?: string } }[],
) => answers.map(({ body }) => body.code ?? body.state ?? 'released').sort();

it('releases to exactly one of eight consumes at once', async () => {
  const keyturn = await startKeyturn();
  const request = await anApproved(keyturn);
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, n) => consume(keyturn, request, `key-${n}`)),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(codes(answers).slice(0, 7)).toEqual(Array(7).fill('ALREADY_CONSUMED'));
  expect((await storyOf(keyturn, request)).filter((type) => type === 'grant.issued')).toHaveLength(1);
});

it('gives eight consumes with one key at once one and the same release', async () => {
  const keyturn = await startKeyturn();
  const request = await anApproved(keyturn);
  const answers = await Promise.all(Array.from({ length: 8 }, () => consume(keyturn, request, 'k')));
  expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
  expect((await storyOf(keyturn, request)).filter((type) => type === 'grant.issued')).toHaveLength(1);
});

it.each(['approve first', 'reject first'])(
  'decides once when one approves while another rejects: %s',
  async (order) => {
    const keyturn = await startKeyturn();
    for (let n = 0; n < 5; n += 1) {
      const request = await submit(keyturn, { payload: { n } });
      await keyturn.get('bob', `/v1/requests/${request.id}/payload`);
      const votes = [
        () => review(keyturn, 'bob', request, 'approve'),
        () => review(keyturn, 'dora', request, 'reject'),
      ];
      if (order === 'reject first') votes.reverse();
      const answers = await Promise.all(votes.map((vote) => vote()));
      const state = await stateOf(keyturn, request);
      expect(['approved', 'rejected']).toContain(state);
      expect(codes(answers)).toEqual(['ALREADY_RESOLVED', state].sort());
      const decided = (await storyOf(keyturn, request)).filter((type) =>
        /request\.(approved|rejected)/.test(type),
      );
      expect(decided).toEqual([`request.${state}`]);
    }
  },
);

it('gives one seat to one of two who approve at once', async () => {
  const keyturn = await startKeyturn();
  for (let n = 0; n < 5; n += 1) {
    const request = await submit(keyturn, { payload: { n } });
    for (const who of ['bob', 'dora'] as const) await keyturn.get(who, `/v1/requests/${request.id}/payload`);
    const answers = await Promise.all([
      review(keyturn, 'bob', request, 'approve'),
      review(keyturn, 'dora', request, 'approve'),
    ]);
    expect(codes(answers)).toEqual(['ALREADY_RESOLVED', 'approved']);
    const { body } = await keyturn.get('alice', `/v1/requests/${request.id}`);
    expect([body.seats[0].filled_by.length, body.reviews.length]).toEqual([1, 1]);
  }
});

it('counts one of many approves that one person sends at once', async () => {
  const pair = plan('pair', [['dba', 2]]);
  const keyturn = await startKeyturn({ rules: [], default: { effect: 'require', plan: pair } });
  const request = await submit(keyturn);
  await keyturn.get('bob', `/v1/requests/${request.id}/payload`);
  const answers = await Promise.all(
    Array.from({ length: 6 }, () => review(keyturn, 'bob', request, 'approve')),
  );
  expect(codes(answers)).toEqual([...Array(5).fill('ALREADY_REVIEWED'), 'pending']);
});

it('lets no click win that races the deadline', async () => {
  const keyturn = await startKeyturn();
  for (let n = 0; n < 5; n += 1) {
    const request = await submit(keyturn, { payload: { n } });
    await keyturn.get('bob', `/v1/requests/${request.id}/payload`);
    keyturn.clock.advance(HOUR / 2 - 1);
    const clicks = [review(keyturn, 'bob', request, 'approve'), review(keyturn, 'dora', request, 'flag')];
    // Both clicks are on their way, the sweeper runs, and the time is over.
    keyturn.clock.advance(1);
    const swept = expireDue(keyturn.keyturn.context);
    expect(codes(await Promise.all(clicks))).toEqual(['EXPIRED', 'EXPIRED']);
    await swept;
    expect((await storyOf(keyturn, request)).filter((type) => type === 'request.expired')).toHaveLength(1);
  }
});

it('either releases or revokes when both are asked at once, never both', async () => {
  const keyturn = await startKeyturn();
  for (let n = 0; n < 5; n += 1) {
    const request = await anApproved(keyturn, { payload: { n } });
    const asks = [() => consume(keyturn, request), () => comment(keyturn, 'bob', 'revoke', request)];
    if (n % 2 === 1) asks.reverse();
    const answers = codes(await Promise.all(asks.map((ask) => ask())));
    const state = await stateOf(keyturn, request);
    expect(answers).toEqual(
      state === 'revoked' ? ['NOT_APPROVED', 'revoked'] : ['ALREADY_CONSUMED', 'released'],
    );
  }
});

it('lets nothing slip through a freeze that falls while it is asked', async () => {
  const keyturn = await startKeyturn();
  const flagged = await submit(keyturn);
  const asks = Array.from({ length: 6 }, (_, n) => post(keyturn, 'agent', { payload: { n } }));
  const [, ...answers] = await Promise.all([review(keyturn, 'bob', flagged, 'flag'), ...asks]);
  for (const { status, body } of answers) {
    if (status === 201) expect(await stateOf(keyturn, body)).toBe('flagged');
    else expect(body.code).toBe('REQUESTER_FROZEN');
  }
});

it('keeps the log whole and in order under all of that', async () => {
  const keyturn = await startKeyturn({ default: { effect: 'require', plan: ONE_KEY } });
  const requests = await Promise.all(
    Array.from({ length: 10 }, (_, n) => submit(keyturn, { payload: { n } })),
  );
  await Promise.all(requests.map((request) => seeAndApprove(keyturn, 'bob', request)));
  await Promise.all(requests.map((request) => consume(keyturn, request)));
  const log = await readLog(keyturn);
  expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index));
  expect(new Set(requests.map(({ number }) => number)).size).toBe(10);
  // It opens again only when the chain fits.
  expect(await stateOf(await keyturn.restart(), requests[0])).toBe('executing');
});
