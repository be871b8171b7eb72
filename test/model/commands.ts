import fc from 'fast-check';
import { often, type Wish } from './aim.ts';
import { ALL_CHANGES, type Change, firmWith } from './changes.ts';
import { type Firm, isClient, type Who } from './firm.ts';
import type { Model } from './model.ts';
import { failure, freeze, overdue, raised, silence, unlisted } from './moments.ts';
import type { Said } from './said.ts';
import type { CrashAt } from './setting.ts';
import { racing, wish } from './wishes.ts';
import type { World } from './world.ts';

type Command = fc.AsyncCommand<Model, World>;

/** A command that prints as what it did, ids and all. */
function command(
  name: string,
  needsRequest: boolean,
  run: (world: World, did: (said: readonly Said[]) => void) => Promise<void>,
): Command {
  let did = '';
  return {
    check: ({ requests }) => !needsRequest || requests.size > 0,
    async run(_model, world) {
      did = '';
      await run(world, (said) => {
        did += ` ${said.map((one) => JSON.stringify(one)).join(' + ')}`;
      });
    },
    toString: () => `${name}${did}`,
  };
}

const calls = wish.map(({ onRequest, says }) =>
  command('', onRequest, async (world, did) => {
    for (const said of says(world)) {
      did([said]);
      await world.act([said]);
    }
  }),
);

/** Several calls in one turn of the event loop, which the store puts into one commit. */
async function together(
  wishes: readonly Wish[],
  world: World,
  did: (said: readonly Said[]) => void,
  how: { readonly fault?: number; readonly crash?: CrashAt } = {},
): Promise<void> {
  const saids = wishes.flatMap(({ says }) => says(world));
  did(saids);
  if (saids.length > 0) await world.act(saids, how);
}

const several = fc.array(racing, { minLength: 1, maxLength: 3 });

const races = fc
  .array(racing, { minLength: 2, maxLength: 4 })
  .map((wishes) => command('at once:', true, (world, did) => together(wishes, world, did)));

const faults = fc
  .record({ wishes: several, fault: fc.nat({ max: 6 }) })
  .map(({ wishes, fault }) =>
    command(`failing at draw ${fault}:`, true, (world, did) => together(wishes, world, did, { fault })),
  );

const crashes = fc
  .record({
    wishes: several,
    crash: fc.oneof(fc.constantFrom<CrashAt>('before', 'after'), fc.nat({ max: 6 })),
  })
  .map(({ wishes, crash }) =>
    command(`crash (${crash}):`, true, (world, did) => together(wishes, world, did, { crash })),
  );

/** What an operator changes at once; shrinks to what matters. */
export const changes: fc.Arbitrary<readonly Change[]> = fc
  .tuple(
    fc.subarray([...ALL_CHANGES], { maxLength: 3 }),
    often<readonly Change[]>([5, []], [1, ['a directory keeps security']], [1, ['a directory keeps dba']]),
  )
  .map((both) => both.flat());

const restarts = fc
  .record({ to: fc.option(changes), crash: fc.option(fc.nat({ max: 8 }), { freq: 3 }) })
  .map(({ to, crash }) =>
    command(
      `restart ${to === null ? '' : `with [${to.join(', ')}]`}${crash === null ? '' : ` crash ${crash}`}`,
      false,
      (world) => world.restart(to, crash ?? undefined),
    ),
  );

function knows(firm: Firm, who: Who): boolean {
  if (isClient(who)) return firm.clients[who] !== undefined;
  return who === 'mallory' || who === 'rogue' || firm.people.some((person) => person === who);
}

/** Another policy while the bot runs, with calls in the same turn, or failing or crashing in the middle. */
const reloads = fc
  .record({
    to: changes,
    wishes: fc.array(racing, { maxLength: 2 }),
    how: fc.oneof(
      { weight: 4, arbitrary: fc.constant({}) },
      { weight: 1, arbitrary: fc.record({ fault: fc.nat({ max: 8 }) }) },
      {
        weight: 2,
        arbitrary: fc.record({
          crash: fc.oneof(fc.constantFrom<CrashAt>('before', 'after'), fc.nat({ max: 8 })),
        }),
      },
    ),
  })
  .map(({ to, wishes, how }) =>
    command(`reload with [${to.join(', ')}] ${JSON.stringify(how)}:`, false, async (world, did) => {
      const firm = firmWith(to);
      const { model } = world;
      // Known and open: what a policy demands that comes and goes during one silence of a directory is lost.
      if (!model.hasMet) return;
      const isKept = [firm, model.policy].some(({ kept }) => Object.keys(kept).length > 0);
      const isKnown = (said: Said) =>
        !('who' in said) || (knows(firm, said.who) && knows(model.firm, said.who));
      // Whoever only one of the two policies knows is refused, by whichever they meet first: reload-callers.test.ts.
      const saids =
        isKept || 'crash' in how || 'fault' in how
          ? []
          : wishes.flatMap(({ says }) => says(world)).filter(isKnown);
      did(saids);
      await world.act(saids, { ...how, firm });
    }),
  );

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const time = fc
  .record({
    elapsedMs: fc.constantFrom(
      0,
      1,
      SECOND,
      50 * SECOND,
      61 * SECOND,
      2 * MINUTE,
      5 * MINUTE,
      16 * MINUTE,
      61 * MINUTE,
      25 * 60 * MINUTE,
    ),
    stepMs: fc.oneof(
      { weight: 6, arbitrary: fc.constant(0) },
      fc.constantFrom(-SECOND, -3 * MINUTE, -60 * MINUTE, 2 * MINUTE, 60 * MINUTE),
    ),
  })
  .map(({ elapsedMs, stepMs }) =>
    command(`time +${elapsedMs} ms, step ${stepMs} ms`, false, async (world) =>
      world.pass(stepMs, elapsedMs),
    ),
  );

/** To the millisecond: just before, at or after a deadline. */
const deadlines = fc
  .record({ back: fc.nat({ max: 3 }), offMs: fc.constantFrom(-1, 0, 1) })
  .map(({ back, offMs }) =>
    command(`time to a deadline ${offMs} ms`, true, async (world) => {
      const id = world.ids[world.ids.length - 1 - (back % world.ids.length)];
      const at = id === undefined ? null : world.model.deadlineOf(id);
      if (at !== null && at + offMs > world.model.now) world.pass(0, at + offMs - world.model.now);
    }),
  );

/** To the millisecond: just before, at or after it. */
const moments = fc
  .record({
    moment: fc.constantFrom(silence, overdue, freeze, raised, failure, unlisted),
    offMs: fc.constantFrom(-1, 0, 1),
  })
  .map(({ moment, offMs }) =>
    command(`${moment.name} ${offMs} ms:`, true, (world, did) => moment(world, did, offMs)),
  );

const hangs = fc.nat({ max: 3 }).map((back) =>
  command('waits', true, async (world) => {
    const id = world.ids[world.ids.length - 1 - (back % world.ids.length)];
    // Somebody whose wait ends has the directory asked, at a moment that nobody here can tell.
    const asker = id === undefined ? undefined : world.model.requests.get(id)?.asker;
    const isKept = Object.keys(world.model.policy.kept).length > 0;
    if (id !== undefined && asker !== undefined && (isClient(asker) || !isKept)) await world.hang(id);
  }),
);

const directories = fc.boolean().map((isDown) =>
  command(`the directory ${isDown ? 'fails' : 'answers'}`, false, async (world) => {
    world.directory.isDown = isDown;
  }),
);

export const command_: fc.Arbitrary<Command> = fc.oneof(
  { weight: 30, arbitrary: calls },
  { weight: 3, arbitrary: races },
  { weight: 2, arbitrary: faults },
  { weight: 2, arbitrary: crashes },
  { weight: 2, arbitrary: restarts },
  { weight: 3, arbitrary: reloads },
  { weight: 3, arbitrary: time },
  { weight: 2, arbitrary: deadlines },
  { weight: 1, arbitrary: hangs },
  { weight: 5, arbitrary: moments },
  { weight: 3, arbitrary: directories },
);
