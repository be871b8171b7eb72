import { firmWith } from './changes.ts';
import type { Who } from './firm.ts';
import type { Body } from './ruling.ts';
import type { Said } from './said.ts';
import type { World } from './world.ts';

// What needs several things to happen in a row, at the right time, and hardly ever does by chance.

const GONE_AFTER_MS = 120_000;

const MIGRATION: Body = {
  action: 'db.migrate',
  target: { system: 'postgres', environment: 'prod', resource: 'orders' },
  reason: 'monthly',
  onBehalfOf: null,
  payload: { kind: 'rows', rows: 10 },
  links: [],
  expiresInS: null,
  hold: 'poll',
};

type Did = (said: readonly Said[]) => void;

async function one(world: World, did: Did, said: Said): Promise<void> {
  did([said]);
  await world.act([said]);
}

/** Nobody asks for as long as a caller may be silent who waits. */
export async function silence(world: World, _did: Did, offMs: number): Promise<void> {
  await world.act([{ call: 'leave' }]);
  world.pass(0, GONE_AFTER_MS + offMs);
  await world.act([{ call: 'leave' }]);
}

/** Whoever broke a glass that nobody has reviewed tries the next one, when the review is due. */
export async function overdue(world: World, did: Did, offMs: number): Promise<void> {
  const { model, ids } = world;
  const last = ids.findLast((id) => model.requests.get(id)?.broken?.verdict === null);
  const broken = last === undefined ? undefined : model.requests.get(last);
  if (broken?.broken == null) return;
  const { asker, body, hasStranger } = broken;
  const { who, dueAt } = broken.broken;
  if (dueAt + offMs > model.now) world.pass(0, dueAt + offMs - model.now);
  await one(world, did, { call: 'submit', who: asker, body, key: null, hasStranger });
  await breakNewest(world, did, who);
}

/** What nobody minded becomes critical, and somebody unknown stands behind it: before, at or after the vote. */
export async function raised(world: World, did: Did, offMs: number): Promise<void> {
  const migration = await aMigration(world, did, true);
  if (migration === null) return;
  const { vote, consume } = migration;
  if (offMs === 0) await one(world, did, vote);
  await world.act([], { firm: firmWith(['migrate is critical']) });
  if (offMs < 0) await one(world, did, vote);
  else if (offMs > 0) await breakNewest(world, did, 'dora');
  else await one(world, did, consume);
}

/** Something is approved, its asker loses the right to ask it, and tries to run it all the same. */
export async function unlisted(world: World, did: Did, _offMs: number): Promise<void> {
  const migration = await aMigration(world, did, false);
  if (migration === null) return;
  await one(world, did, migration.vote);
  await world.act([], { firm: firmWith(['agent may only read']) });
  await one(world, did, migration.consume);
}

/** Asked for and looked at, unless the policy in force waits for a directory. */
async function aMigration(world: World, did: Did, hasStranger: boolean) {
  if (!world.model.hasMet) return null;
  await one(world, did, { call: 'submit', who: 'agent', body: MIGRATION, key: null, hasStranger });
  const id = world.ids.at(-1);
  const digest = id === undefined ? undefined : world.model.requests.get(id)?.digest;
  if (id === undefined || digest === undefined) return null;
  await one(world, did, { call: 'view', who: 'dora', id });
  const verdict = { verdict: 'approve', comment: null, via: 'room' } as const;
  return {
    vote: { call: 'review', who: 'dora', id, digest, ...verdict } as const,
    consume: { call: 'consume', who: 'agent', id, digest, key: null } as const,
  };
}

async function breakNewest(world: World, did: Did, who: Who): Promise<void> {
  const id = world.ids.at(-1);
  const request = id === undefined ? undefined : world.model.requests.get(id);
  if (id === undefined || request === undefined) return;
  const { system, environment, resource } = request.body.target;
  const target = `${system}/${environment}/${resource}`;
  const { digest } = request;
  await one(world, did, { call: 'view', who, id });
  await one(world, did, {
    call: 'glass',
    who,
    id,
    digest,
    reason: 'r'.repeat(60),
    target,
    via: 'room',
  });
}

/** A calendar freeze begins, or ends, while something approved waits to be used. */
export async function freeze(world: World, did: Did, offMs: number): Promise<void> {
  const { model } = world;
  const [rule] = model.policy.freezes;
  if (rule === undefined) return;
  world.pass(0, rule.everyMs - (model.now % rule.everyMs) + offMs);
  await consumeNewest(world, did);
}

/** A directory fails just when something approved is to be used, and perhaps answers when it is tried again. */
export async function failure(world: World, did: Did, offMs: number): Promise<void> {
  if (Object.keys(world.model.policy.kept).length === 0) return;
  world.directory.isDown = true;
  await consumeNewest(world, did);
  world.directory.isDown = offMs === 0;
  await consumeNewest(world, did);
}

async function consumeNewest(world: World, did: Did): Promise<void> {
  const { model, ids } = world;
  const id = ids.findLast((one) => model.stateOf(one) === 'approved');
  const request = id === undefined ? undefined : model.requests.get(id);
  if (id === undefined || request === undefined) return;
  const { asker, digest } = request;
  await one(world, did, { call: 'consume', who: asker, id, digest, key: null });
}
