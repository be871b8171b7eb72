import { appendFileSync, readFileSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import { aSubmission } from '../helpers/start-keyturn.ts';
import { until } from '../helpers/until.ts';
import { type Arm, World } from './world.ts';

const POINTS: readonly Arm[] = [
  { name: 'before send', skip: 0 },
  // The collector has the lines, and nobody has noted that it does.
  { name: 'after send', skip: 0 },
  { name: 'before INSERT OR REPLACE INTO streams', skip: 0 },
  { name: 'before send', skip: 1 },
  { name: 'after send', skip: 1 },
];

function sequences(file: string): readonly number[] {
  const whole = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return whole.flatMap((line) => {
    try {
      return [(JSON.parse(line) as { metadata: { sequence: number } }).metadata.sequence];
    } catch {
      // A line that was cut off by the kill; the same comes again.
      return [];
    }
  });
}

it('row 24: kill -9 at any step of a stream leaves out no entry, and goes on where the collector stands', {
  timeout: 180_000,
}, async () => {
  const world = new World();
  for (const [round, point] of POINTS.entries()) {
    const server = await world.start({ sink: true });
    await server.arm(point, true);
    for (const name of ['a', 'b', 'c']) {
      const payload = { kind: 'sql', statement: `SELECT ${name}${round}` };
      // The stream's own pace decides when it dies: perhaps before all three are asked.
      await server.post('agent', '/v1/requests', aSubmission({ payload })).catch(() => null);
      await new Promise((resolve) => setTimeout(resolve, 600));
    }
    expect((await server.died()).point).toBe(point.name);
    // A write of the collector's own file that the machine cut off.
    if (round === 1) appendFileSync(world.stream, '{"metadata":{"seq');
  }
  const server = await world.start({ sink: true });
  const db = new Sqlite(world.database, { readonly: true });
  const newest = () => db.prepare<[], number>('SELECT max(seq) FROM entries').pluck().get() ?? -1;
  await until(
    () => (sequences(world.stream).at(-1) === newest() ? true : null),
    () => sequences(world.stream).slice(-5),
  );
  await server.stop();
  db.close();

  const seen = sequences(world.stream);
  const last = Math.max(...seen);
  // At least once each, a first time each in the order of the log.
  expect([...new Set(seen)]).toEqual(Array.from({ length: last + 1 }, (_none, seq) => seq));
  // What was sent and not noted came twice; all the rest came once, and not again from the beginning.
  expect(seen.length).toBeGreaterThan(last + 1);
  expect(seen.filter((seq) => seq === 0)).toHaveLength(seen.indexOf(1) > 1 ? 2 : 1);
  const repeats = seen.length - (last + 1);
  expect(repeats).toBeLessThan(last + 1);
});
