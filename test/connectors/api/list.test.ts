import { expect, it } from 'vitest';
import type { Who } from '../../helpers/rulebook.ts';
import { startKeyturn, type TestKeyturn } from '../../helpers/start-keyturn.ts';
import { expectProblem, HOUR, review, seeAndApprove, submit } from './world.ts';

const MANY = { limits: { openPerRequester: 'unlimited', newPerMinute: 'unlimited' } } as const;

const list = (keyturn: TestKeyturn, who: Who, query = '') => keyturn.get(who, `/v1/requests${query}`);

const numbers = ({ body }: { readonly body: { items: { number: number }[] } }) =>
  body.items.map(({ number }) => number);

async function submitMany(keyturn: TestKeyturn, count: number, who: Who = 'agent'): Promise<void> {
  for (let n = 0; n < count; n += 1) await submit(keyturn, { payload: { n } }, { who });
}

it('gives pages newest first, each going on where the one before ended', async () => {
  const keyturn = await startKeyturn(MANY);
  await submitMany(keyturn, 7);
  const pages: number[][] = [];
  let cursor: string | null = null;
  do {
    const page = await list(keyturn, 'bob', `?limit=3${cursor === null ? '' : `&cursor=${cursor}`}`);
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(Object.keys(page.body).sort()).toEqual(['items', 'next_cursor']);
    pages.push(numbers(page));
    cursor = page.body.next_cursor;
    // What is submitted between two pages moves nothing.
    if (pages.length === 1) await submit(keyturn, { payload: { late: true } });
  } while (cursor !== null);
  expect(pages).toEqual([[7, 6, 5], [4, 3, 2], [1]]);
});

it('ends with null when the last page is exactly full', async () => {
  const keyturn = await startKeyturn();
  await submitMany(keyturn, 4);
  const { body } = await list(keyturn, 'bob', '?limit=4');
  expect([body.items.length, body.next_cursor]).toEqual([4, null]);
});

it('gives 50 where nothing else is said, and up to 200', async () => {
  const keyturn = await startKeyturn(MANY);
  await submitMany(keyturn, 53);
  const first = await list(keyturn, 'agent');
  expect([first.body.items.length, typeof first.body.next_cursor]).toEqual([50, 'string']);
  const rest = await list(keyturn, 'agent', `?cursor=${first.body.next_cursor}`);
  expect([numbers(rest), rest.body.next_cursor]).toEqual([[3, 2, 1], null]);
  expect((await list(keyturn, 'agent', '?limit=200')).body.items).toHaveLength(53);
});

it.each([
  'limit=0',
  'limit=201',
  'limit=-1',
  'limit=1e1',
  'limit=',
  'limit=5&limit=6',
  'cursor=0',
  'cursor=x',
  'cursor=',
  'state=open',
  'state=pending,approved',
  'requester=',
  'sort=asc',
  'State=pending',
  '__proto__=1',
])('refuses ?%s and names the parameter', async (query) => {
  const answer = await list(await startKeyturn(), 'bob', `?${query}`);
  expectProblem(answer, 'INVALID');
  expect(answer.body.errors).toEqual([{ pointer: `/${query.split('=')[0]}`, detail: expect.any(String) }]);
});

it('names every parameter that is wrong at once', async () => {
  const { body } = await list(await startKeyturn(), 'bob', '?limit=0&state=x&other=1');
  expect(body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
    '/limit',
    '/other',
    '/state',
  ]);
});

it('filters by state and by requester', async () => {
  const keyturn = await startKeyturn();
  const approved = await submit(keyturn);
  await seeAndApprove(keyturn, 'bob', approved);
  await submit(keyturn, {}, { who: 'ci' });
  await submit(keyturn, { action: 'iam.grant' }, { who: 'dora' });
  expect(numbers(await list(keyturn, 'bob', '?state=approved'))).toEqual([1]);
  expect(numbers(await list(keyturn, 'bob', '?state=pending'))).toEqual([3, 2]);
  expect(numbers(await list(keyturn, 'bob', '?state=denied'))).toEqual([]);
  expect(numbers(await list(keyturn, 'bob', '?requester=ci'))).toEqual([2]);
  expect(numbers(await list(keyturn, 'bob', '?requester=dora'))).toEqual([3]);
  expect(numbers(await list(keyturn, 'bob', '?requester=dora&state=approved'))).toEqual([]);
  expect(numbers(await list(keyturn, 'bob', '?requester=nobody'))).toEqual([]);
});

it('shows nobody more than they may read', async () => {
  const keyturn = await startKeyturn();
  await submit(keyturn);
  await submit(keyturn, { on_behalf_of: 'eve' });
  await submit(keyturn, { action: 'db.export' }, { who: 'ci' });
  await submit(keyturn, { action: 'db.drop' });
  const seen: Record<string, number[]> = {};
  for (const who of ['agent', 'ci', 'alice', 'bob', 'carol', 'dora', 'eve'] as const) {
    seen[who] = numbers(await list(keyturn, who));
  }
  expect(seen).toEqual({
    agent: [4, 2, 1],
    ci: [3],
    alice: [4, 3, 2, 1],
    // Denied by the policy: it has no seats, so no reviewer.
    bob: [3, 2, 1],
    carol: [4, 3, 2, 1],
    dora: [3, 2, 1],
    eve: [2],
  });
  expect(numbers(await list(keyturn, 'ci', '?requester=agent'))).toEqual([]);
  expect(numbers(await list(keyturn, 'agent', '?requester=agent'))).toEqual([4, 2, 1]);
  expect(numbers(await list(keyturn, 'eve', '?requester=agent&state=denied'))).toEqual([]);
});

it('fills a page although most rows are not the reader’s to see', async () => {
  const keyturn = await startKeyturn(MANY);
  await submit(keyturn, { on_behalf_of: 'eve' });
  await submitMany(keyturn, 30, 'ci');
  await submit(keyturn, { on_behalf_of: 'eve', payload: {} });
  const first = await list(keyturn, 'eve', '?limit=1');
  expect(numbers(first)).toEqual([32]);
  const second = await list(keyturn, 'eve', `?limit=1&cursor=${first.body.next_cursor}`);
  expect([numbers(second), second.body.next_cursor]).toEqual([[1], null]);
});

it('never shows a request as open past its deadline', async () => {
  const keyturn = await startKeyturn();
  const late = await submit(keyturn);
  const approved = await submit(keyturn, { payload: {} });
  await seeAndApprove(keyturn, 'bob', approved);
  await review(keyturn, 'bob', await submit(keyturn, { payload: { n: 1 } }, { who: 'ci' }), 'flag');
  keyturn.clock.advance(HOUR / 2);
  expect(numbers(await list(keyturn, 'bob', '?state=pending'))).toEqual([]);
  expect(numbers(await list(keyturn, 'bob', '?state=flagged'))).toEqual([]);
  expect(numbers(await list(keyturn, 'bob', '?state=approved'))).toEqual([]);
  expect(numbers(await list(keyturn, 'bob', '?state=expired'))).toEqual([3, late.number]);
  expect(numbers(await list(keyturn, 'bob', '?state=lapsed'))).toEqual([approved.number]);
});
