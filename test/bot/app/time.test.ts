import { describe, expect, it } from 'vitest';
import { trustedTime } from '../../../bot/app/time.ts';
import { FakeClock } from '../../helpers/fake-clock.ts';

const MINUTE = 60_000;

describe('the time that deadlines are held against', () => {
  it('follows the wall clock', () => {
    const clock = new FakeClock();
    const time = trustedTime(clock, 0);
    const before = time.now();
    clock.advance(5 * MINUTE);
    expect(time.now()).toBe(before + 5 * MINUTE);
    expect(time.takeAnomaly()).toBeNull();
  });

  it('starts no earlier than the newest entry', () => {
    const clock = new FakeClock();
    const newest = clock.wall() + 10 * MINUTE;
    const time = trustedTime(clock, newest);
    expect(time.now()).toBe(newest);
    expect(time.takeAnomaly()).toBe(10 * MINUTE);
  });

  it('goes on at the steady pace after a step back, so that nothing is extended and nothing stands still', () => {
    const clock = new FakeClock();
    const time = trustedTime(clock, 0);
    const before = time.now();
    clock.step(-60 * MINUTE);
    expect(time.now()).toBe(before);
    clock.advance(3 * MINUTE);
    expect(time.now()).toBe(before + 3 * MINUTE);
  });

  it('tells of a step back once, until the wall has caught up', () => {
    const clock = new FakeClock();
    const time = trustedTime(clock, 0);
    time.now();
    clock.step(-2 * MINUTE);
    time.now();
    expect(time.takeAnomaly()).toBe(2 * MINUTE);
    clock.advance(MINUTE);
    time.now();
    expect(time.takeAnomaly()).toBeNull();
    clock.step(5 * MINUTE);
    time.now();
    clock.step(-MINUTE);
    time.now();
    expect(time.takeAnomaly()).toBe(MINUTE);
  });

  it('never goes back when the wall jumped a day ahead and returns', () => {
    const clock = new FakeClock();
    const time = trustedTime(clock, 0);
    clock.step(24 * 60 * MINUTE);
    const ahead = time.now();
    clock.step(-24 * 60 * MINUTE);
    clock.advance(MINUTE);
    expect(time.now()).toBe(ahead + MINUTE);
  });
});
