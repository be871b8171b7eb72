import { expect, it } from 'vitest';
import { createPace } from '../../../bot/slack/pace.ts';

function paced() {
  let now = 0;
  const pace = createPace(() => now);
  const post = (channel: string) => pace.take('chat.postMessage', channel);
  return { pace, post, pass: (ms: number) => (now += ms) };
}

it('counts a channel once, whether it is called by its name or by its id', () => {
  const { pace, post } = paced();
  expect([post('#approvals'), post('#approvals')]).toEqual([null, null]);
  pace.learn('#approvals', 'C01');
  expect(post('C01')).toBeNull();
  expect(post('C01')).toBeGreaterThan(0);
  expect(post('#approvals')).toBeGreaterThan(0);
});

it('gives nothing back when it learns that two names are one channel', () => {
  const { pace, post } = paced();
  for (let n = 0; n < 2; n += 1) expect([post('#approvals'), post('C01')]).toEqual([null, null]);
  pace.learn('#approvals', 'C01');
  expect(post('C01')).toBeGreaterThan(0);
});

it('holds a channel under both its names for as long as Slack asked', () => {
  const { pace, post, pass } = paced();
  pace.hold('chat.postMessage', '#approvals', 9_000);
  pace.learn('#approvals', 'C01');
  expect([post('C01'), post('#approvals')]).toEqual([9_000, 9_000]);
  pass(9_000);
  expect(post('C01')).toBeNull();
});

it('leaves other channels alone', () => {
  const { pace, post } = paced();
  pace.learn('#approvals', 'C01');
  for (let n = 0; n < 3; n += 1) post('C01');
  expect(post('C02')).toBeNull();
});
