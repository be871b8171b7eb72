import { expect, it, onTestFinished } from 'vitest';
import { githubWorld } from './world.ts';

const AUTHORS = (count: number) => Array.from({ length: count }, (_, nth) => 1_000 + nth);

async function identitiesOf(authors: readonly number[]) {
  const { github, connector, down } = await githubWorld(() => Date.parse('2030-01-01T00:00:00Z'));
  onTestFinished(() => down());
  const { body, headers } = github.requested(github.wait('one', { pull: { number: 5, user: 14, authors } }));
  const parsed = connector.parse({
    at: 0,
    body,
    header: (name) => new Headers(headers).get(name) ?? undefined,
  });
  if (parsed.kind !== 'hold') throw new Error(`it is ${parsed.kind}`);
  const hold = await connector.enrich?.(parsed.hold, new AbortController().signal);
  return (
    hold?.identities.map(({ account }) => account.replace(/^github:127\.0\.0\.1:\d+/, 'github:here')) ?? []
  );
}

it('everybody who stands behind a run of GitHub is named once', async () => {
  const named = ['11', '12', '14', '13', '15', '16'].map((id) => `github:here/${id}`);
  expect(await identitiesOf([15, 16, 15, 13])).toEqual(named);
});

it('where more than two hundred stand behind a run of GitHub, one who is unknown stands for the rest', async () => {
  const named = await identitiesOf(AUTHORS(210));
  expect([named.length, named.at(-2), named.at(-1)]).toEqual([200, 'github:here/1194', 'github-user:unread']);
});
