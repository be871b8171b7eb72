import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Json } from '../../../bot/core/canonical-json.ts';
import { type Day, liveADay } from './day.ts';
import { type Forged, find, get, like, parse, put, verifyForged } from './forge.ts';

/**
 * What the forger did, the entry that must be named for it, and why. Every number and every hash is
 * right again before the log is looked at: only the replay can tell.
 */
type Case = readonly [title: string, forge: () => number, why: RegExp];

/** The sound day to forge, and the forger's tools. Indexes are sequence numbers. */
export function forgery(live: () => Promise<Day> = liveADay) {
  let day: Day;
  let sound: readonly Forged[];
  let log: Forged[] = [];
  beforeAll(async () => {
    day = await live();
    sound = parse(day.world.entries());
  });
  afterAll(() => {
    day.world.close();
    day.world.remove();
  });
  const at = (index: number): Forged => {
    const entry = log[index];
    if (entry === undefined) throw new Error(`there is no entry ${index}`);
    return entry;
  };

  return {
    at,
    sound: () => sound,
    length: () => log.length,
    who: (key: string) => day.world.personOf(key),
    /** The nth entry of that type about the request that the day calls so. */
    of: (name: string, type: string, nth = 0) => find(log, day.number[name] ?? null, type, nth),
    find: (type: string, nth = 0) => find(log, null, type, nth),
    read: (index: number, path: string): Json => structuredClone(get(at(index), path)),
    change(index: number, path: string, value: Json) {
      put(at(index), path, value);
      return index;
    },
    drop(index: number, count = 1) {
      log.splice(index, count);
      return index;
    },
    add(index: number, ...entries: readonly Forged[]) {
      log.splice(index, 0, ...entries);
      return index;
    },
    replace(index: number, entry: Forged) {
      log[index] = entry;
      return index;
    },
    like: (index: number, change: { readonly [path: string]: Json } = {}) => like(at(index), change),
    /** Puts another person in the place of who did this. */
    impersonate(index: number, key: string) {
      const person = day.world.personOf(key);
      put(at(index), 'actor.person', person);
      put(at(index), 'data.person', person);
      return index;
    },
    each(cases: readonly Case[]): void {
      it.each(cases)('finds %s', async (_title, forge, why) => {
        log = structuredClone(sound) as Forged[];
        const seq = forge();
        const { problem } = await verifyForged(log);
        expect(problem).toEqual({ seq, why: expect.stringMatching(why) });
      });
    },
  };
}
