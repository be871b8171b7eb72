import { expect, it } from 'vitest';
import { toPlace } from '../../../bot/core/place.ts';
import type { Messenger } from '../../../bot/ports/messenger.ts';
import { plan, type RulebookChanges } from '../../helpers/rulebook.ts';
import { startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';
import { EXPORT, glassRule, postReview, seeAndBreak } from './glass.ts';
import { anExecuting, HOUR, MINUTE, readLog, review, submit } from './world.ts';

const INCIDENTS = toPlace('slack', '#incidents');
const SECURITY = toPlace('slack', '#security');
const PLAN = toPlace('slack', '#approvals');

/** A face that takes nothing now, so that everything it is to say stays in the outbox to be looked at. */
const busy = (face: string): Messenger => ({
  face,
  directPlace: () => null,
  post: async () => ({ retryAfterMs: 24 * HOUR }),
  edit: async () => ({ retryAfterMs: 24 * HOUR }),
  find: async () => null,
});

const firm = (changes: RulebookChanges = {}) =>
  startKeyturn(
    {
      breakGlass: [glassRule({ notify: [INCIDENTS] })],
      securityNotices: [SECURITY],
      rules: [],
      default: {
        effect: 'require',
        plan: plan('one-key', [['dba', 1]], {
          notify: [PLAN],
          remind: ['half'],
          escalate: [{ afterMs: 20 * MINUTE, notify: ['security'] }],
        }),
      },
      ...changes,
    },
    { ports: { faces: () => [busy('slack')] } },
  );

/** Which entries each place is told of in its threads, by type, and where a card has to stand. */
async function told(keyturn: TestKeyturn) {
  const typeOf = new Map((await readLog(keyturn)).map(({ seq, type }) => [seq, type]));
  const waiting = keyturn.keyturn.context.store.committed.notices(999).map(({ notice }) => notice);
  const threads = waiting.flatMap((one) =>
    one.kind === 'thread' ? [`${one.place} ${typeOf.get(one.seq)}`] : [],
  );
  const cards = new Set(waiting.flatMap((one) => (one.kind === 'card' ? [one.place] : [])));
  return { threads, cards: [...cards].sort() };
}

it('tells the places of the break-glass rule, of security and of the plan, in each with the card itself', async () => {
  const keyturn = await firm();
  await seeAndBreak(keyturn, 'bob', await submit(keyturn, EXPORT));
  const { threads, cards } = await told(keyturn);
  expect(cards).toEqual([PLAN, INCIDENTS, SECURITY].sort());
  for (const place of [PLAN, INCIDENTS, SECURITY]) expect(threads).toContain(`${place} break_glass.used`);
});

it.each(['reject', 'flag', 'approve'] as const)(
  'is as loud about a review afterwards: %s',
  async (verdict) => {
    const keyturn = await firm();
    const request = await submit(keyturn, EXPORT);
    await seeAndBreak(keyturn, 'bob', request);
    await postReview(keyturn, 'carol', request, verdict);
    const { threads } = await told(keyturn);
    for (const place of [INCIDENTS, SECURITY]) expect(threads).toContain(`${place} break_glass.reviewed`);
  },
);

it('is as loud about a review that is overdue', async () => {
  const keyturn = await firm();
  await seeAndBreak(keyturn, 'bob', await submit(keyturn, EXPORT));
  keyturn.clock.advance(24 * HOUR);
  await keyturn.get('carol', '/v1/requests');
  const { threads } = await told(keyturn);
  for (const place of [INCIDENTS, SECURITY]) expect(threads).toContain(`${place} break_glass.overdue`);
});

it('tells security of a flag, whatever the plan says, and of nothing that is quiet', async () => {
  const keyturn = await firm();
  const quiet = await submit(keyturn, { payload: { n: 1 } });
  await review(keyturn, 'bob', quiet, 'reject');
  expect((await told(keyturn)).cards).toEqual([PLAN]);
  await review(keyturn, 'bob', await submit(keyturn, { payload: { n: 2 } }), 'flag');
  const { threads, cards } = await told(keyturn);
  expect(cards).toEqual([PLAN, SECURITY].sort());
  expect(threads).toContain(`${SECURITY} review.recorded`);
});

it('tells security of a flag on what already runs', async () => {
  const keyturn = await firm();
  const running = await anExecuting(keyturn);
  await review(keyturn, 'bob', running, 'flag');
  expect((await told(keyturn)).cards).toContain(SECURITY);
});

it('puts each reminder and each escalation into the thread of the plan once', async () => {
  const keyturn = await firm();
  await submit(keyturn);
  keyturn.clock.advance(25 * MINUTE);
  await keyturn.get('carol', '/v1/requests');
  await keyturn.get('carol', '/v1/requests');
  const { threads, cards } = await told(keyturn);
  expect(threads.filter((line) => line === `${PLAN} reminder.sent`)).toHaveLength(2);
  expect(cards).toEqual([PLAN]);
});
