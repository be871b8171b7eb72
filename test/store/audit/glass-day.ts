import type { BreakGlassRule } from '../../../bot/core/break-glass.ts';
import type { RequestId } from '../../../bot/core/request.ts';
import type { Day } from './day.ts';
import { openWorld } from './world.ts';
import { MINUTE } from './world-rulebook.ts';

/** A dba may break the glass, and security reviews it within an hour. */
const GLASS: BreakGlassRule = {
  match: {},
  who: ['dba'],
  reasonMin: 20,
  notify: [],
  reviewBy: ['security'],
  reviewWithinMs: 60 * MINUTE,
};

async function must(call: Promise<{ readonly ok: boolean }>): Promise<void> {
  const result = await call;
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result)}`);
}

/** A day of broken glass: one that was right, one reviewed late, one rejected, one stopped, one flagged. */
export async function liveAGlassDay(): Promise<Day> {
  const world = await openWorld();
  await world.adopt({ version: 2, breakGlass: [GLASS] });
  const ids: Record<string, RequestId> = {};
  const broken = async (name: string, by: string, asker = 'bot-1') => {
    const id = await world.submit(asker, 'db.export');
    ids[name] = id;
    world.later(1_000);
    await must(world.glass(by, id));
    world.later(1_000);
    return id;
  };
  const run = async (id: RequestId) => {
    await must(world.consume('bot-1', id));
    world.later(1_000);
  };

  const right = await broken('right', 'bob');
  await run(right);
  await must(world.postReview('dave', right, 'approve'));
  await must(world.outcome('bot-1', right, 'succeeded'));

  const late = await broken('late', 'alice');
  await run(late);
  await must(world.outcome('bot-1', late, 'succeeded'));
  world.later(61 * MINUTE);
  await world.sweep();
  await must(world.postReview('erin', late, 'approve'));
  world.later(1_000);

  await must(world.postReview('erin', await broken('rejected', 'bob'), 'reject'));
  world.later(1_000);
  const stopped = await broken('stopped', 'bob');
  await run(stopped);
  await must(world.postReview('erin', stopped, 'reject'));
  world.later(1_000);

  // Never reviewed: it stands open at the end of the log.
  await broken('open', 'carol', 'ci-1');
  const flagged = await broken('flagged', 'bob');
  await must(world.postReview('erin', flagged, 'flag'));
  world.later(1_000);
  await world.submit('ci-1', 'db.export');
  const number = Object.fromEntries(
    Object.entries(ids).map(([name, id]) => [name, world.request(id).number]),
  );
  return { world, number };
}
