import fc from 'fast-check';
import { about, often, pick, type Wish } from './aim.ts';
import type { Person, Who } from './firm.ts';
import { glass, glassOnwards, postReview } from './glass-wishes.ts';
import { onwards } from './onwards.ts';
import type { Body } from './ruling.ts';
import type { Said, Verdict } from './said.ts';
import type { World } from './world.ts';

const WRONG_DIGEST = `sha256:${'0'.repeat(64)}`;

const person = often<Who>(
  [4, 'bob'],
  [4, 'dora'],
  [3, 'carol'],
  [2, 'alice'],
  [2, 'eve'],
  [1, 'mallory'],
  [1, 'agent'],
  [1, 'rogue'],
);
/** Null is whoever asked for the request. */
const asker = often<Who | null>(
  [12, null],
  [1, 'agent'],
  [1, 'ci'],
  [1, 'alice'],
  [1, 'bob'],
  [1, 'mallory'],
  [1, 'rogue'],
);
const comment = often([5, 'because'], [1, '']);
const isRight = often([7, true], [1, false]);

function digestOf(world: World, id: string, right: boolean): string {
  return right ? (world.model.requests.get(id)?.digest ?? WRONG_DIGEST) : WRONG_DIGEST;
}

function askerOf(world: World, id: string, who: Who | null): Who {
  return who ?? world.model.requests.get(id)?.asker ?? 'agent';
}

const body: fc.Arbitrary<Body> = fc
  .record({
    action: often(
      [5, 'db.migrate'],
      [5, 'db.export'],
      [2, 'db.wipe'],
      [2, 'db.read'],
      [2, 'db.team'],
      [2, 'db.either'],
      [2, 'db.fence'],
      [1, 'db.bulk'],
      [1, 'db.drop'],
      [1, 'db.lonely'],
      [1, 'db.secret'],
      [1, 'iam.grant'],
    ),
    environment: often([12, 'prod'], [1, 'dev'], [1, 'moon']),
    system: often([12, 'postgres'], [1, 'laptop']),
    rows: often<number | string | null>([3, 10], [3, 500], [1, 'many'], [1, null]),
    onBehalfOf: often<Person | null>([8, null], [1, 'alice'], [1, 'eve'], [1, 'bob']),
    expiresInS: often<number | null>([8, null], [1, 60], [1, 3600]),
    hold: often<'poll' | 'wait'>([3, 'poll'], [1, 'wait']),
    reason: often([4, 'monthly'], [1, 'weekly']),
  })
  .map(({ action, environment, system, rows, reason, ...rest }) => ({
    action,
    target: { system, environment, resource: 'orders' },
    reason,
    payload: {
      kind: 'rows',
      ...(rows === null ? {} : { rows }),
      ...(action === 'db.secret' ? { secret: 'hunter2' } : {}),
    },
    links: [],
    ...rest,
  }));

const hasStranger = often([7, false], [1, true]);

/** What a history begins with, so that it has something to go on about. */
export const opening: fc.Arbitrary<Said> = fc
  .record({
    who: often<Who>([3, 'agent'], [1, 'ci'], [1, 'bob']),
    body,
    hasStranger,
    key: often<string | null>([2, null], [1, 'k1']),
  })
  .map((said) => ({ call: 'submit', ...said }));

const submit: fc.Arbitrary<Wish> = fc
  .record({
    who: often<Who>([10, 'agent'], [3, 'ci'], [2, 'bob'], [1, 'alice'], [1, 'eve'], [1, 'rogue']),
    body,
    hasStranger,
    key: often<string | null>([3, null], [2, 'k1'], [1, 'k2']),
  })
  .map((said) => ({ onRequest: false, says: () => [{ call: 'submit', ...said }] }));

/** The very same once more, by the same key or another, as a caller does whose connection broke. */
const submitAgain = about(
  ['pending'],
  fc.record({ pick, key: often<string | null>([2, null], [2, 'k1'], [1, 'k2']) }),
  ({ key }, id, world) => {
    const request = world.model.requests.get(id);
    if (request === undefined) return [];
    const { asker: who, body: same, hasStranger: one } = request;
    return [{ call: 'submit', who, body: same, key, hasStranger: one }];
  },
);

const review = about(
  ['pending'],
  fc.record({
    pick,
    who: person,
    verdict: often<Verdict>([6, 'approve'], [1, 'reject'], [3, 'flag']),
    looks: often([9, true], [1, false]),
    isRight,
    comment: often<string | null>([1, null], [1, 'because']),
    via: often<'api' | 'room'>([3, 'room'], [1, 'api']),
  }),
  ({ who, verdict, looks, isRight: right, comment: said, via }, id, world) => [
    ...(looks ? [{ call: 'view', who, id } as const] : []),
    { call: 'review', who, id, verdict, digest: digestOf(world, id, right), comment: said, via },
  ],
);

const consume = about(
  ['approved'],
  fc.record({ pick, who: asker, isRight, key: often<string | null>([1, null], [1, 'c1'], [1, 'c2']) }),
  ({ who, isRight: right, key }, id, world) => [
    { call: 'consume', who: askerOf(world, id, who), id, digest: digestOf(world, id, right), key },
  ],
);

const report = about(
  ['executing', 'unknown'],
  fc.record({
    pick,
    who: asker,
    isRight,
    status: often<'succeeded' | 'failed'>([1, 'succeeded'], [1, 'failed']),
    exitCode: often<number | null>([2, null], [1, 3]),
    isAlive: often([2, false], [1, true]),
  }),
  ({ who, isRight: right, status, exitCode, isAlive }, id, world) => {
    const by = { who: askerOf(world, id, who), id, nonce: right ? world.model.nonceOf(id) : 'guessed' };
    return [isAlive ? { call: 'heartbeat', ...by } : { call: 'outcome', ...by, status, exitCode }];
  },
);

const cancel = about(
  ['flagged', 'pending', 'approved'],
  fc.record({ pick, who: asker, key: often<string | null>([2, null], [1, 'k1'], [1, 'k2']) }),
  ({ who, key }, id, world) => [{ call: 'cancel', who: askerOf(world, id, who), id, key }],
);

const revoke = about(
  ['approved'],
  fc.record({ pick, who: person, comment }),
  ({ who, comment: said }, id) => [{ call: 'revoke', who, id, comment: said }],
);

const stop = about(['executing'], fc.record({ pick, who: person, comment }), ({ who, comment: said }, id) => [
  { call: 'stop', who, id, comment: said },
]);

const clear = about(['flagged'], fc.record({ pick, who: person, comment }), ({ who, comment: said }, id) => [
  { call: 'clear', who, id, comment: said },
]);

const settle = about(
  ['unknown'],
  fc.record({
    pick,
    who: person,
    comment,
    status: often<'succeeded' | 'failed'>([1, 'succeeded'], [1, 'failed']),
  }),
  ({ who, comment: said, status }, id) => [{ call: 'settle', who, id, status, comment: said }],
);

const clearRequester: fc.Arbitrary<Wish> = fc
  .record({
    who: person,
    requester: often<'agent' | 'ci' | 'bob' | 'nobody'>([6, 'agent'], [2, 'ci'], [2, 'bob'], [1, 'nobody']),
    comment,
  })
  .map((said) => ({ onRequest: false, says: () => [{ call: 'clear requester', ...said }] }));

const look = about(
  [],
  fc.record({
    pick,
    who: person,
    call: often<'view' | 'read' | 'list'>([1, 'view'], [2, 'read'], [1, 'list']),
  }),
  ({ who, call }, id) => [call === 'list' ? { call, who } : { call, who, id }],
);

const poll = about(['pending'], fc.record({ pick, who: asker }), ({ who }, id, world) => [
  { call: 'poll', who: askerOf(world, id, who), id },
]);

const timer: fc.Arbitrary<Wish> = often<'sweep' | 'leave' | 'forget'>(
  [3, 'sweep'],
  [3, 'leave'],
  [1, 'forget'],
).map((call) => ({ onRequest: false, says: () => [{ call }] }));

/** Calls that are one write each, so that several of them can be made at once. */
export const racing: fc.Arbitrary<Wish> = fc.oneof(
  { weight: 4, arbitrary: consume },
  { weight: 3, arbitrary: review.map(lastOnly) },
  { weight: 2, arbitrary: submitAgain },
  { weight: 1, arbitrary: submit },
  { weight: 1, arbitrary: cancel },
  { weight: 1, arbitrary: revoke },
  { weight: 1, arbitrary: report },
  { weight: 1, arbitrary: clear },
  { weight: 2, arbitrary: glass.map(lastOnly) },
  { weight: 1, arbitrary: postReview },
);

function lastOnly(wish: Wish): Wish {
  return { ...wish, says: (world) => wish.says(world).slice(-1) };
}

export const wish: fc.Arbitrary<Wish> = fc.oneof(
  { weight: 6, arbitrary: submit },
  { weight: 3, arbitrary: submitAgain },
  { weight: 14, arbitrary: onwards },
  { weight: 9, arbitrary: review },
  { weight: 5, arbitrary: consume },
  { weight: 5, arbitrary: report },
  { weight: 2, arbitrary: cancel },
  { weight: 1, arbitrary: revoke },
  { weight: 1, arbitrary: stop },
  { weight: 2, arbitrary: clear },
  { weight: 4, arbitrary: glass },
  { weight: 6, arbitrary: glassOnwards },
  { weight: 3, arbitrary: postReview },
  { weight: 2, arbitrary: clearRequester },
  { weight: 2, arbitrary: settle },
  { weight: 2, arbitrary: look },
  { weight: 1, arbitrary: poll },
  { weight: 2, arbitrary: timer },
);
