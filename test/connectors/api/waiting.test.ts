import { expect, it } from 'vitest';
import { cancelAbandoned } from '../../../bot/app/expire-due.ts';
import { tokenOf } from '../../helpers/rulebook.ts';
import { startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';
import {
  anApproved,
  expectProblem,
  HOUR,
  MINUTE,
  post,
  review,
  seeAndApprove,
  stateOf,
  submit,
} from './world.ts';

const poll = (
  keyturn: TestKeyturn,
  id: string,
  query: string,
  who: 'agent' | 'alice' | 'bob' | 'eve' = 'agent',
) => keyturn.get(who, `/v1/requests/${id}?${query}`);

/** Resolves once the call waits inside the server, so that what happens next happens during the wait. */
async function waiting(keyturn: TestKeyturn, calls: number): Promise<void> {
  const { watchers } = keyturn.keyturn.context;
  while (watching.get(watchers) !== calls) await new Promise((resolve) => setImmediate(resolve));
}
const watching = new WeakMap<object, number>();

/** Counts who waits, beside what the real watchers do. */
function countWatchers(keyturn: TestKeyturn): void {
  const watchers = keyturn.keyturn.context.watchers as {
    watch: TestKeyturn['keyturn']['context']['watchers']['watch'];
  };
  const { watch } = watchers;
  watching.set(watchers, 0);
  const add = (n: number) => watching.set(watchers, (watching.get(watchers) ?? 0) + n);
  watchers.watch = (id, onChange) => {
    const stop = watch(id, onChange);
    add(1);
    return () => {
      add(-1);
      stop();
    };
  };
}

async function started(): Promise<TestKeyturn> {
  const keyturn = await startKeyturn();
  countWatchers(keyturn);
  return keyturn;
}

it('answers a long poll as soon as the state changes', async () => {
  const keyturn = await started();
  const request = await submit(keyturn);
  const polls = [
    poll(keyturn, request.id, 'wait=60'),
    poll(keyturn, request.id, 'wait=60&known=pending', 'alice'),
  ];
  await waiting(keyturn, 2);
  await seeAndApprove(keyturn, 'bob', request);
  for (const { status, body } of await Promise.all(polls))
    expect([status, body.state]).toEqual([200, 'approved']);
  await waiting(keyturn, 0);
});

it('does not wake a long poll for a change that leaves the state as it was', async () => {
  const keyturn = await started();
  const request = await submit(keyturn, { action: 'db.export' });
  const answer = poll(keyturn, request.id, 'wait=60');
  await waiting(keyturn, 1);
  await seeAndApprove(keyturn, 'bob', request);
  expect(watching.get(keyturn.keyturn.context.watchers)).toBe(1);
  await review(keyturn, 'carol', request, 'reject');
  expect((await answer).body.state).toBe('rejected');
});

it('answers at once when the state is not the known one, when it is final, and without a wait', async () => {
  const keyturn = await started();
  const request = await submit(keyturn);
  expect((await poll(keyturn, request.id, 'wait=60&known=approved')).body.state).toBe('pending');
  expect((await poll(keyturn, request.id, 'wait=0&known=pending')).body.state).toBe('pending');
  expect((await poll(keyturn, request.id, 'known=pending')).body.state).toBe('pending');
  await review(keyturn, 'bob', request, 'reject');
  expect((await poll(keyturn, request.id, 'wait=60&known=rejected')).body.state).toBe('rejected');
});

it('answers a long poll after its seconds with the request as it is', async () => {
  const keyturn = await started();
  const { id } = await submit(keyturn);
  expect((await poll(keyturn, id, 'wait=1')).body.state).toBe('pending');
});

it('answers a long poll when the deadline passes', async () => {
  const keyturn = await started();
  const { id } = await submit(keyturn);
  const answer = poll(keyturn, id, 'wait=60');
  await waiting(keyturn, 1);
  keyturn.clock.advance(HOUR);
  expect((await answer).body.state).toBe('expired');
});

it('looks at the rights again before it answers', async () => {
  const keyturn = await started();
  const request = await submit(keyturn);
  const answer = poll(keyturn, request.id, 'wait=60', 'bob');
  await waiting(keyturn, 1);
  // As a directory would: bob leaves the group while his question is open.
  const { people } = keyturn.keyturn.context.rulebook;
  const bob = [...people.values()].find(({ key }) => key === 'bob');
  if (bob === undefined) throw new Error('no bob');
  (people as Map<unknown, unknown>).set(bob.id, { ...bob, groups: [] });
  await review(keyturn, 'dora', request, 'reject');
  expectProblem(await answer, 'NOT_FOUND');
});

it.each([
  'wait=61',
  'wait=-1',
  'wait=1.5',
  'wait=',
  'wait=1&wait=2',
  'known=open',
  'known=',
  'until=5',
  'wait=%00',
])('refuses ?%s', async (query) => {
  const keyturn = await startKeyturn();
  const { id } = await submit(keyturn);
  expectProblem(await poll(keyturn, id, query), 'INVALID');
});

it('lets go of a poll whose caller went away', async () => {
  const keyturn = await started();
  const { id } = await submit(keyturn);
  const gone = new AbortController();
  const headers = { authorization: `Bearer ${tokenOf('agent')}` };
  const answer = fetch(`${keyturn.url}/v1/requests/${id}?wait=60`, { headers, signal: gone.signal });
  await waiting(keyturn, 1);
  gone.abort();
  await expect(answer).rejects.toThrow();
  await waiting(keyturn, 0);
});

/** What the timer in `compose` does every few seconds. */
async function lookForAbandoned(keyturn: TestKeyturn): Promise<void> {
  await cancelAbandoned(keyturn.keyturn.context);
}

it('cancels what somebody blocked on when nobody has asked for two minutes', async () => {
  const keyturn = await startKeyturn();
  const { id } = await submit(keyturn, { hold: 'wait' });
  await poll(keyturn, id, 'wait=0');
  keyturn.clock.advance(2 * MINUTE - 1);
  await lookForAbandoned(keyturn);
  expect(await stateOf(keyturn, { id })).toBe('pending');
  keyturn.clock.advance(1);
  await lookForAbandoned(keyturn);
  expect(await stateOf(keyturn, { id })).toBe('cancelled');
});

it('cancels it also when nobody ever asked, and when it was approved meanwhile', async () => {
  const keyturn = await startKeyturn();
  const { id } = await submit(keyturn, { hold: 'wait' });
  const approved = await anApproved(keyturn, { hold: 'wait', payload: { other: 1 } });
  await lookForAbandoned(keyturn);
  keyturn.clock.advance(2 * MINUTE);
  await lookForAbandoned(keyturn);
  expect(await stateOf(keyturn, { id })).toBe('cancelled');
  expect(await stateOf(keyturn, approved)).toBe('cancelled');
});

it('keeps it while its requester polls, and while a poll is open, but not for the polls of others', async () => {
  const keyturn = await started();
  const { id } = await submit(keyturn, { hold: 'wait' });
  for (let minutes = 0; minutes < 6; minutes += 1) {
    await poll(keyturn, id, 'wait=0');
    keyturn.clock.advance(MINUTE);
    await lookForAbandoned(keyturn);
  }
  const open = poll(keyturn, id, 'wait=60');
  await waiting(keyturn, 1);
  keyturn.clock.advance(10 * MINUTE);
  await lookForAbandoned(keyturn);
  const foreign = poll(keyturn, id, 'wait=60', 'alice');
  await waiting(keyturn, 2);
  expect(await stateOf(keyturn, { id })).toBe('pending');

  // The requester's own question ends with a state it did not know; alice's is no sign of its life.
  const request = (await keyturn.get('alice', `/v1/requests/${id}`)).body;
  await seeAndApprove(keyturn, 'bob', request);
  await Promise.all([open, foreign]);
  keyturn.clock.advance(2 * MINUTE);
  await poll(keyturn, id, 'wait=0', 'alice');
  await lookForAbandoned(keyturn);
  expect(await stateOf(keyturn, { id })).toBe('cancelled');
});

it('does not count the time in which the server was down', async () => {
  const keyturn = await startKeyturn();
  const { id } = await submit(keyturn, { hold: 'wait' });
  await poll(keyturn, id, 'wait=0');
  await keyturn.stop();
  keyturn.clock.advance(5 * MINUTE);
  const after = await keyturn.restart();
  await lookForAbandoned(after);
  expect(await stateOf(after, { id })).toBe('pending');
});

it('keeps what somebody else joined who only polls, and what is flagged', async () => {
  const keyturn = await startKeyturn();
  const joined = await submit(keyturn, { hold: 'wait' }, { key: 'a' });
  await post(keyturn, 'agent', { hold: 'poll' }, 'b');
  const flagged = await submit(keyturn, { hold: 'wait', payload: { bad: 1 } }, { who: 'ci' });
  await review(keyturn, 'bob', flagged, 'flag');
  await lookForAbandoned(keyturn);
  keyturn.clock.advance(2 * MINUTE);
  await lookForAbandoned(keyturn);
  expect(await stateOf(keyturn, joined)).toBe('pending');
  expect(await stateOf(keyturn, flagged)).toBe('flagged');
});

it('looks for the abandoned by itself', async () => {
  const keyturn = await startKeyturn();
  const { id } = await submit(keyturn, { hold: 'wait' });
  await poll(keyturn, id, 'wait=0');
  keyturn.clock.advance(2 * MINUTE);
  expect((await poll(keyturn, id, 'wait=20', 'alice')).body.state).toBe('cancelled');
});
