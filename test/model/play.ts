import { expect, it } from 'vitest';
import { hunt } from './hunt.ts';
import { neverReached, toLines } from './must-reach.ts';
import type { Reached } from './setting.ts';

const SEED = Number(process.env['KEYTURN_SEED'] ?? 20_261_122);
const HISTORIES = process.env['KEYTURN_LONG'] === '1' ? 1_000_000 : 10_000;
const SHARES = 2;
/** Each of these has a seed of its own, so that one that fails can be played again alone. */
const AT_ONCE = 2_500;
const A_DAY_MS = 24 * 60 * 60_000;

/**
 * Plays its share of all histories. There are two, each in a file of its own, so that they run at the
 * same time. What nothing reached was not tested, so that fails too.
 */
export function playShare(share: number): void {
  const histories = HISTORIES / SHARES;
  it(
    `keeps the invariants 1 to 6 and does what the model says over ${histories} histories`,
    async () => {
      const reached: Reached = new Map();
      for (let played = 0; played < histories; played += AT_ONCE) {
        const seed = SEED + share * histories + played;
        const found = await hunt({ seed, histories: AT_ONCE, reached });
        if (found !== null) expect.fail(found.report);
        print(`model, share ${share + 1} of ${SHARES}: ${played + AT_ONCE} of ${histories} histories`);
      }
      for (const line of toLines(reached)) print(`  ${line}`);
      expect(neverReached(reached)).toEqual([]);
    },
    A_DAY_MS,
  );
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
