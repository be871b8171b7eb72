import type { EntryOf } from './replay-shape.ts';
import { type Held, hold, isInForce, isPerson, type Why, type World } from './replay-state.ts';

/** A request is born: with the next number, by who asks, and with everybody out who must not answer. */
export function submitted(world: World, entry: EntryOf<'request.submitted'>): Held | string {
  const { data, subject, at, ts } = entry;
  const { number, requester, demands, effect } = data;
  if (subject?.number !== number) return 'its subject is another request';
  if (world.next !== null && number !== world.next)
    return `request ${number} comes where request ${world.next} belongs`;
  if (world.next === null && number <= world.began) return `request ${number} was there before`;
  if (!isIdOf(subject.request, at)) return 'the id of its request is not one of that moment';
  const why = askerProblem(entry) ?? exclusionProblem(entry);
  if (why !== null) return why;
  if (!isInForce(world, demands.policy_version)) return 'a request under a policy that is not in force';
  if (world.frozen.has(requester.id)) return `a request by ${requester.id}, who is frozen`;
  if (demands.seats.some(({ count }) => count < 1)) return 'it has a seat that nobody must fill';
  if ((effect === 'require') !== demands.seats.length > 0)
    return `it has ${demands.seats.length} seats under ${effect}`;

  const held = hold(entry, subject.request);
  const policy = { kind: 'policy', version: demands.policy_version } as const;
  if (effect === 'allow') world.owed = { held, type: 'request.approved', by: policy, ts, optional: false };
  if (effect === 'deny') world.owed = { held, type: 'request.denied', by: policy, ts, optional: false };
  if (world.next === null) world.began = number - 1;
  world.next = number + 1;
  world.open.set(number, held);
  return held;
}

/** A UUIDv7 begins with its time, so the id of an older request cannot come again. */
function isIdOf(id: string, at: number): boolean {
  return /^req_[0-9a-f]{32}$/.test(id) && id.slice(4, 16) === at.toString(16).padStart(12, '0');
}

function askerProblem({ data, actor }: EntryOf<'request.submitted'>): Why {
  const { id, kind } = data.requester;
  if (kind === 'human') {
    return isPerson(actor, id) && data.owner === null
      ? null
      : 'a person asks, and its actor is not that person';
  }
  const same =
    actor.kind === 'client' &&
    actor.client === id &&
    actor.client_kind === kind &&
    actor.owner === data.owner;
  return same ? null : 'a client asks, and its actor is not that client, of that kind and owner';
}

/** Nobody may answer for what they asked: the humans behind the asker are out. */
function exclusionProblem({ data }: EntryOf<'request.submitted'>): Why {
  const { requester, owner, on_behalf_of: onBehalfOf, demands } = data;
  const behind = [requester.kind === 'human' ? requester.id : null, owner, onBehalfOf];
  const out = new Set(demands.exclusions.map(({ person }) => person));
  const left = behind.find((person) => person !== null && !out.has(person));
  return left === undefined ? null : `${left} stands behind the request and is not excluded from it`;
}
