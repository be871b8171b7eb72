import type { RequestId } from '../../../bot/core/request.ts';
import { openWorld, type World } from './world.ts';
import { MINUTE, MORE_RULES } from './world-rulebook.ts';

/** What a call must have done, or the day is not the one that the tests are about. */
async function must(call: Promise<{ readonly ok: boolean }>): Promise<void> {
  const result = await call;
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result)}`);
}

/** The requests of the day, by what becomes of them. */
export interface Day {
  readonly world: World;
  readonly number: Readonly<Record<string, number>>;
}

/** One day in which everything happens that a log can say, each as it should. */
export async function liveADay(seed = 1): Promise<Day> {
  const world = await openWorld({ seed });
  const ids: Record<string, RequestId> = {};
  const submit = async (name: string, ...asked: Parameters<World['submit']>) => {
    const id = await world.submit(...asked);
    ids[name] = id;
    world.later(1_000);
    return id;
  };
  const approve = async (id: RequestId, ...people: readonly string[]) => {
    for (const person of people) {
      world.later(1_000);
      await must(world.approve(person, id));
    }
  };
  const must1 = async (call: Promise<{ readonly ok: boolean }>) => {
    await must(call);
    world.later(1_000);
  };

  const run = await submit('run', 'bot-1', 'db.export', { onBehalfOf: 'alice' });
  await approve(run, 'bob', 'dave');
  await must1(world.consume('bot-1', run));
  await must1(world.outcome('bot-1', run, 'succeeded'));

  const settled = await submit('settled', 'ci-1', 'db.migrate');
  await approve(settled, 'alice', 'bob');
  await must1(world.consume('ci-1', settled));
  world.later(61 * MINUTE);
  await world.sweep();
  await must1(world.outcome('ci-1', settled, 'failed'));
  await must1(world.settle('carol', settled, 'failed'));
  await must1(world.view('paul', settled));

  await submit('allowed', 'ci-1', 'db.read');
  world.later(16 * MINUTE);
  await world.sweep();
  await submit('denied', 'ci-1', 'db.drop');

  const critical = await submit('critical', 'ci-1', 'key.rotate');
  await must1(world.approve('alice', critical, 'room'));
  await must1(world.approve('dave', critical, 'room'));
  await must1(world.revoke('olga', critical));

  const rejected = await submit('rejected', 'ci-1');
  await approve(rejected, 'alice');
  await must1(world.vote('erin', rejected, 'reject'));

  const flagged = await submit('flagged', 'bot-1');
  const besides = await submit('besides', 'bot-1');
  const released = await submit('released', 'bot-1');
  await approve(released, 'alice', 'erin');
  await approve(besides, 'bob');
  await must1(world.vote('dave', flagged, 'flag'));
  await must1(world.clear('erin', besides));
  await must1(world.clearRequester('erin', 'bot-1'));
  await approve(besides, 'bob', 'dave');
  await must1(world.consume('bot-1', besides));
  await must1(world.outcome('bot-1', besides, 'failed'));
  world.later(31 * MINUTE);
  await world.sweep();

  const human = await submit('human', 'alice');
  await approve(human, 'bob', 'dave');
  await must1(world.consume('alice', human));
  await must1(world.vote('carol', human, 'flag'));
  await must1(world.outcome('alice', human, 'failed'));

  const left = await submit('left', 'bot-1');
  await must1(world.cancel('bot-1', left));
  const alone = await submit('alone', 'bot-1', 'db.export', { hold: 'wait' });
  await world.abandon();
  world.later(3 * MINUTE);
  await world.abandon();
  if (world.state(alone) !== 'cancelled') throw new Error('it still waits');
  const joined = await submit('joined', 'bot-1', 'db.export', { same: 'this', key: 'first' });
  await submit('again', 'bot-1', 'db.export', { same: 'this', key: 'second' });
  await must1(world.cancel('olga', joined, 'second'));
  const stopped = await submit('stopped', 'bot-1');
  await approve(stopped, 'alice', 'dave');
  await must1(world.consume('bot-1', stopped));
  await must1(world.stop('olga', stopped));
  await must1(world.outcome('bot-1', stopped, 'succeeded'));

  const stricter = await submit('stricter', 'bot-1');
  const weakened = await submit('weakened', 'ci-1');
  const refused = await submit('refused', 'ci-1', 'db.erase');
  const ready = await submit('ready', 'ci-1', 'db.read');
  await approve(stricter, 'carol');
  await approve(weakened, 'alice', 'dave');
  await world.adopt({ version: 2, rules: [MORE_RULES.leadToo, MORE_RULES.denyErase] });
  if (world.state(weakened) !== 'revoked' || world.state(refused) !== 'denied')
    throw new Error('the policy did nothing');
  if (world.state(ready) !== 'revoked') throw new Error('it is still allowed');
  // Carol sat for the dba; now alice does, and carol moves to security's chair.
  await approve(stricter, 'frank', 'alice');
  await world.adopt({ version: 3, rules: [MORE_RULES.leadToo] });
  await must1(world.consume('bot-1', stricter));

  const open = await submit('open', 'bot-1');
  await approve(open, 'bob');
  await submit('flaggedLast', 'ci-1');
  await must1(world.vote('dave', ids['flaggedLast'] as RequestId, 'flag'));
  await world.trySubmit('ci-1');
  await world.vote('paul', open, 'reject');
  return {
    world,
    number: Object.fromEntries(Object.entries(ids).map(([name, id]) => [name, world.request(id).number])),
  };
}
