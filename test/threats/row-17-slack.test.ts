import { expect, it } from 'vitest';
import { toPlace } from '../../bot/core/place.ts';
import { post } from '../connectors/api/world.ts';
import type { FakeSlack } from '../helpers/fake-slack/fake-slack.ts';
import { readBlocks } from '../helpers/fake-slack/read-blocks.ts';
import { startWithSlack } from '../helpers/start-slack.ts';

const LIMITS = { openPerRequester: 'unlimited', newPerMinute: 'unlimited' } as const;
const WITHIN_MS = 5_000;

/** The whole minute runs with KEYTURN_LONG=1; without it, its first ten seconds. */
const SECONDS = process.env['KEYTURN_LONG'] === '1' ? 60 : 10;
const PER_SECOND = 17;

interface Asked {
  readonly number: number;
  readonly at: number;
}

function cardAt(slack: FakeSlack, number: number): number | null {
  const card = slack.world.messages.find(
    ({ blocks, metadata }) =>
      metadata?.['event_type'] === 'keyturn_card' &&
      readBlocks(blocks).text.includes(`Request ${number} · rule`),
  );
  return card === undefined ? null : Number(card.ts) * 1_000;
}

it(`row 17: ${SECONDS * PER_SECOND} requests in ${SECONDS} s into one channel bury nobody else's card, and none is lost`, async () => {
  const changes = { limits: LIMITS, notify: [toPlace('slack', '#approvals')] };
  const { slack, keyturn, clock } = await startWithSlack('socket', changes);
  const flood: Asked[] = [];
  const others: Asked[] = [];
  const asks: Promise<void>[] = [];
  const ask = async (who: 'agent' | 'ci', list: Asked[], statement: string) => {
    const at = clock.wall();
    const answer = await post(keyturn, who, { payload: { kind: 'sql', statement } });
    expect(answer.status).toBe(201);
    list.push({ number: answer.body.number, at });
  };
  for (let second = 0; second < SECONDS; second += 1) {
    const began = performance.now();
    for (let n = 0; n < PER_SECOND; n += 1) asks.push(ask('agent', flood, `SELECT ${second}, ${n}`));
    // Somebody else asks for something every five seconds.
    if (second % 5 === 3) asks.push(ask('ci', others, `VACUUM ${second}`));
    await Promise.all(asks);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, 1_000 - (performance.now() - began))));
  }
  const late: number[] = [];
  for (const { number, at } of others) {
    const stood = await slack.until(`the card of ${number}`, () => cardAt(slack, number), 20_000);
    late.push(stood - at);
  }
  expect(Math.max(...late), `waits: ${late.join(', ')} ms`).toBeLessThan(WITHIN_MS);

  // Each of the flood has a card, or stands in a digest.
  const { context } = keyturn.keyturn;
  const place = toPlace('slack', '#approvals');
  const isShown = (number: number) => {
    const [row] = context.store.committed.list({
      states: null,
      requester: null,
      before: number + 1,
      most: 1,
    });
    if (row === undefined) return false;
    return (
      context.store.committed.cards(place, row.id).length > 0 ||
      context.store.committed.digestOf(place, row.id) !== null
    );
  };
  await slack.until(
    'all to be shown',
    () => (flood.every(({ number }) => isShown(number)) ? true : null),
    30_000,
  );
  const digest = await slack.until('a digest', () =>
    slack.world.messages.find(({ metadata }) => metadata?.['event_type'] === 'keyturn_digest'),
  );
  expect(readBlocks(digest.blocks).buttons).toEqual(['Show next']);
  const refused = slack.calls.filter(({ answer }) => answer === 'ratelimited');
  expect(refused.map(({ method }) => method)).toEqual([]);
}, 150_000);
