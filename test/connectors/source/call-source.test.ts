import { expect, it, onTestFinished } from 'vitest';
import { callSource, fetchSource, SourceBusy } from '../../../connectors/source/call-source.ts';
import { PlaceOfAFake } from '../../helpers/place-of-a-fake.ts';

const GET = { method: 'GET', headers: {} } as const;

async function answering(status: number, headers: Record<string, string>, body: string | Buffer) {
  const place = new PlaceOfAFake((_incoming, response) => response.writeHead(status, headers).end(body));
  await place.up();
  onTestFinished(() => place.down());
  return place.url;
}

const signal = () => AbortSignal.timeout(5_000);

it('reads no more of an answer than its bound', async () => {
  const url = await answering(200, {}, Buffer.alloc(1_001, ' '));
  await expect(fetchSource(url, { ...GET, mostBytes: 1_000 }, signal())).rejects.toThrow(
    'more than 1000 bytes',
  );
  expect((await fetchSource(url, { ...GET, mostBytes: 1_001 }, signal())).bytes).toHaveLength(1_001);
});

it.each([
  [429, '30', 30_000],
  [503, '2', 2_000],
  [500, 'soon', 5_000],
  [502, '999999', 600_000],
])('on %i with Retry-After %s asks for %i ms', async (status, after, retryAfterMs) => {
  const url = await answering(status, { 'retry-after': after }, '{}');
  const busy = await callSource(url, GET, signal()).catch((cause: unknown) => cause);
  expect(busy).toBeInstanceOf(SourceBusy);
  expect(busy).toMatchObject({ retryAfterMs });
});

it('takes a body that is no JSON for none', async () => {
  const url = await answering(200, {}, 'not JSON');
  expect((await callSource(url, GET, signal())).body).toBeNull();
});

it('follows no redirect, which would carry the credential along', async () => {
  const calls: string[] = [];
  const elsewhere = new PlaceOfAFake((incoming, response) => {
    calls.push(String(incoming.headers['private-token']));
    response.end('{}');
  });
  await elsewhere.up();
  onTestFinished(() => elsewhere.down());
  const url = await answering(307, { location: elsewhere.url }, '');
  const answer = await callSource(url, { method: 'GET', headers: { 'private-token': 'canary' } }, signal());
  expect([answer.status, answer.header('location'), calls]).toEqual([307, elsewhere.url, []]);
});
