import { describe, expect, it } from 'vitest';
import { openEpoch } from '../../../bot/app/open-epoch.ts';
import { revokeRestored } from '../../../bot/app/revoke-restored.ts';
import type { Day } from './day.ts';
import { type Forged, verifyForged } from './forge.ts';
import { forgery } from './forgery.ts';
import { openWorld } from './world.ts';

async function must(call: Promise<{ readonly ok: boolean }>): Promise<void> {
  const result = await call;
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result)}`);
}

/**
 * A log that was put back twice. The first copy was held until an operator opened an epoch; of the
 * second an anchor said at once that it is the newest. After each, something was released.
 */
async function liveWithCopies(): Promise<Day> {
  const world = await openWorld();
  const { store, time } = world.context();
  const start = (restored?: { from: number; confirmed: boolean }) =>
    store.transact((tx) => {
      const event = { type: 'log.started', clean: true, ...(restored && { restored }) } as const;
      tx.append(event, { kind: 'keyturn' }, time.now(), null);
    });
  const number: Record<string, number> = {};
  const release = async (name: string) => {
    const id = await world.submit();
    number[name] = world.request(id).number;
    await must(world.approve('alice', id));
    await must(world.approve('dave', id));
    await must(world.consume('bot-1', id));
    world.later(1_000);
  };
  await release('before');
  const kept = await world.submit();
  number['kept'] = world.request(kept).number;
  await must(world.approve('alice', kept));
  await must(world.approve('dave', kept));
  const from = store.committed.lastSeq();
  await start({ from, confirmed: false });
  await start({ from, confirmed: false });
  await openEpoch(world.context(), { operator: 'root', reason: 'the disk was lost' });
  await start();
  await revokeRestored(world.context());
  await release('epoch');
  await start({ from: store.committed.lastSeq(), confirmed: true });
  await release('anchor');
  return { world, number };
}

const { add, at, change, drop, each, find, length, like, of, read, sound } = forgery(liveWithCopies);
const PERSON = () => read(of('before', 'review.recorded'), 'actor');
const NOT_CONFIRMED = /released by a restored copy that nothing has confirmed/;

it('a log that was put back, and says so, is sound', async () => {
  expect((await verifyForged(sound() as Forged[])).problem).toBeNull();
});

describe('a log on a restored copy', () => {
  const started = (nth: number) => find('log.started', nth);
  each([
    [
      'a release before anything confirmed the copy',
      () => {
        change(started(3), 'data.restored.confirmed', false);
        return of('anchor', 'grant.issued');
      },
      NOT_CONFIRMED,
    ],
    [
      'a release without the epoch that let the copy go on',
      () => {
        drop(of('kept', 'request.revoked'));
        const first = drop(find('log.epoch_opened'));
        for (let index = first; index < length(); index += 1) change(index, 'log', 'keyturn.test/1');
        for (const nth of [2, 3]) change(started(nth), 'data.restored', { from: 1, confirmed: false });
        return of('epoch', 'grant.issued');
      },
      NOT_CONFIRMED,
    ],
    [
      'a release on an approval that is older than the copy',
      () => {
        const late = like(of('epoch', 'grant.issued'), { ts: read(started(3), 'ts') });
        change(started(3), 'data.restored.from', 1);
        add(started(3) + 1, late);
        drop(of('epoch', 'grant.issued'));
        return started(3) + 1;
      },
      /released on an approval from before the copy/,
    ],
    [
      'a revocation as of a copy, by somebody',
      () => change(of('kept', 'request.revoked'), 'actor', PERSON()),
      /revoked as one of a restored copy, which it is not/,
    ],
    [
      'a revocation as of a copy, before the copy goes on',
      () => {
        const then = { ts: read(started(1), 'ts'), log: read(started(1), 'log') };
        const early = like(of('kept', 'request.revoked'), then);
        drop(of('kept', 'request.revoked'));
        return add(started(1) + 1, early);
      },
      /revoked as one of a restored copy, which it is not/,
    ],
    [
      'a start that forgets that it runs on a copy',
      () => {
        delete (at(started(1))['data'] as Forged)['restored'];
        return started(1);
      },
      /it no longer says that it runs on a restored copy/,
    ],
    [
      'a copy of what comes after it',
      () => change(started(0), 'data.restored.from', started(0)),
      /it runs on a copy of what comes after it/,
    ],
    ['a start that a person made', () => change(started(0), 'actor', PERSON()), /its actor is not keyturn/],
    [
      'a copy that does not say whether it was confirmed',
      () => change(started(0), 'data.restored', { from: 1 }),
      /its data is not that of log.started/,
    ],
  ]);
});

describe('a new epoch', () => {
  const opened = () => find('log.epoch_opened');
  each([
    ['one without a reason', () => change(opened(), 'd', {}), /an epoch without a reason/],
    ['one that a person opened', () => change(opened(), 'actor', PERSON()), /its actor is not keyturn/],
    ['one with a key that is none', () => change(opened(), 'data.key', 'x'), /its key cannot be used/],
    ['one told twice', () => add(opened() + 1, like(opened())), /not the log of the others/],
  ]);
});
