import type { RequestId } from '../../../bot/core/request.ts';
import type { World } from './world.ts';
import { MINUTE, MORE_RULES } from './world-rulebook.ts';

const STEPS = [
  'submit',
  'approve',
  'approve',
  'approve',
  'approve',
  'consume',
  'consume',
  'outcome',
  'view',
  'reject',
  'flag',
  'cancel',
] as const;
const REST = [
  'clear',
  'clearRequester',
  'revoke',
  'stop',
  'settle',
  'later',
  'sweep',
  'adopt',
  'stranger',
] as const;
const PEOPLE = ['alice', 'bob', 'bob', 'carol', 'carol', 'dave', 'dave', 'erin', 'frank', 'olga', 'paul'];
const ACTIONS = ['db.export', 'db.export', 'db.migrate', 'db.read', 'db.drop', 'key.rotate'];
const ASKERS = ['bot-1', 'bot-1', 'ci-1', 'ci-1', 'alice', 'paul'];

/** Whatever comes: right and wrong calls by anybody in any order, as the dice of the world fall. */
export async function liveThrough(world: World, steps: number): Promise<void> {
  const { random } = world;
  const pick = <T>(items: readonly T[]): T => items[random.below(items.length)] as T;
  const known: RequestId[] = [];
  let version = 1;
  for (let step = 0; step < steps; step += 1) {
    world.later(random.below(1_000));
    const by = pick(PEOPLE);
    const id = pick(known.slice(-4));
    const doing = known.length === 0 ? 'submit' : pick(random.below(4) > 0 ? STEPS : REST);
    const asker =
      id === undefined
        ? 'bot-1'
        : world.request(id).requester.kind === 'human'
          ? by
          : world.request(id).requester.id;
    switch (doing) {
      case 'submit': {
        const who = pick(ASKERS);
        const onBehalfOf = who.endsWith('-1') && random.below(3) === 0 ? { onBehalfOf: 'alice' } : {};
        const same = random.below(4) === 0 ? { same: 'again' } : {};
        const submitted = await world
          .submit(who, pick(ACTIONS), { ...onBehalfOf, ...same })
          .catch(() => null);
        if (submitted !== null) known.push(submitted);
        break;
      }
      case 'view':
        await world.view(by, id);
        break;
      case 'approve':
        await world.approve(by, id, pick(['api', 'room']));
        break;
      case 'reject':
      case 'flag':
        if (random.below(4) === 0) await world.vote(by, id, doing);
        break;
      case 'consume':
        await world.consume(asker, id);
        break;
      case 'outcome':
        await world.outcome(asker, id, pick(['succeeded', 'failed']));
        break;
      case 'cancel':
        if (random.below(4) === 0) await world.cancel(pick([asker, by]), id);
        break;
      case 'clear':
        await world.clear(by, id);
        break;
      case 'clearRequester':
        await world.clearRequester(by, pick(['bot-1', 'ci-1', 'alice', 'paul']));
        break;
      case 'revoke':
        await world.revoke(by, id);
        break;
      case 'stop':
        await world.stop(by, id);
        break;
      case 'settle':
        await world.settle(by, id, pick(['succeeded', 'failed']));
        break;
      case 'later':
        world.later(random.below(3) > 0 ? MINUTE : random.below(60) * MINUTE);
        break;
      case 'sweep':
        await world.sweep();
        break;
      case 'adopt': {
        if (random.below(4) > 0) break;
        version += 1;
        const { denyExports, leadToo, noAlice } = MORE_RULES;
        const rules = pick([[], [], [leadToo], [noAlice(world.personOf('alice'))], [denyExports]]);
        const groups = pick([
          undefined,
          { dba: ['alice', 'bob'], security: ['dave', 'carol'], leads: ['frank', 'erin'] },
        ]);
        await world.adopt({ version, rules, ...(groups === undefined ? {} : { groups }) });
        break;
      }
      case 'stranger':
        await world.consume(pick(['bot-1', 'ci-1']), id);
        break;
    }
  }
}
