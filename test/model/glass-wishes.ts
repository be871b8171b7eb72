import fc from 'fast-check';
import { about, often, pick, type Wish } from './aim.ts';
import { PEOPLE, type Who } from './firm.ts';
import { targetOf } from './foresee-glass.ts';
import { isInAny } from './glass.ts';
import type { Held } from './held.ts';
import type { Verdict } from './said.ts';

const person = often<Who>([5, 'bob'], [4, 'dora'], [3, 'carol'], [1, 'alice'], [1, 'eve'], [1, 'mallory']);
const via = often<'api' | 'room'>([3, 'room'], [1, 'api']);
const WRONG_DIGEST = `sha256:${'0'.repeat(64)}`;

/** Somebody approves alone, mostly after a look, mostly as they should. */
export const glass: fc.Arbitrary<Wish> = about(
  ['pending', 'approved'],
  fc.record({
    pick,
    who: person,
    looks: often([9, true], [1, false]),
    isRight: often([12, true], [1, false]),
    reason: often([6, 'r'.repeat(60)], [2, 'r'.repeat(20)], [1, 'r'.repeat(9)], [1, '']),
    isTyped: often([10, true], [1, false]),
    via,
  }),
  ({ who, looks, isRight, reason, isTyped, via: way }, id, { model }) => {
    const request = model.requests.get(id);
    if (request === undefined) return [];
    const target = isTyped ? targetOf(request) : 'postgres/prod/other';
    const digest = isRight ? request.digest : WRONG_DIGEST;
    return [
      ...(looks ? [{ call: 'view', who, id } as const] : []),
      { call: 'glass', who, id, digest, reason, target, via: way },
    ];
  },
);

/** What must be done for it to work, by somebody who may: broken, and then looked at. */
export const glassOnwards: fc.Arbitrary<Wish> = fc
  .record({
    turn: fc.nat({ max: 4 }),
    back: fc.nat({ max: 3 }),
    verdict: often<Verdict>([4, 'approve'], [2, 'reject'], [1, 'flag']),
    again: often([3, false], [1, true]),
  })
  .map(({ turn, back, verdict, again }) => ({
    onRequest: true,
    says({ ids, model }) {
      const due = ids.filter((id) => isDue(model.requests.get(id)));
      const waiting = ids.filter((id) => model.stateOf(id) === 'pending');
      const among = due.length > 0 && !again ? due : waiting;
      const id = among[among.length - 1 - (back % Math.max(among.length, 1))];
      const request = id === undefined ? undefined : model.requests.get(id);
      if (id === undefined || request === undefined) return [];
      const { broken, ruling, digest } = request;
      const may = (groups: readonly string[]) =>
        PEOPLE.filter((who) => !ruling.excluded.includes(who) && isInAny(model.firm, who, groups));
      if (isDue(request) && broken !== null) {
        const others = may(broken.reviewBy).filter((who) => who !== broken.who);
        const who = others[turn % Math.max(others.length, 1)] ?? 'eve';
        return [{ call: 'post-review', who, id, verdict, comment: 'because', via: 'room' }];
      }
      const breakers = may(ruling.glass.flatMap((one) => one.who));
      const who = breakers[turn % Math.max(breakers.length, 1)] ?? 'eve';
      const target = targetOf(request);
      return [
        { call: 'view', who, id },
        { call: 'glass', who, id, digest, reason: 'r'.repeat(60), target, via: 'room' },
      ];
    },
  }));

function isDue(request: Held | undefined): boolean {
  return request !== undefined && request.broken !== null && request.broken.verdict === null;
}

/** Whoever aims takes what somebody has broken the glass of. */
export const postReview: fc.Arbitrary<Wish> = fc
  .record({
    back: fc.nat({ max: 3 }),
    who: often<Who>([4, 'carol'], [4, 'dora'], [2, 'bob'], [1, 'alice'], [1, 'eve'], [1, 'mallory']),
    verdict: often<Verdict>([4, 'approve'], [2, 'reject'], [1, 'flag']),
    comment: often([5, 'because'], [1, '']),
    via,
  })
  .map(({ back, ...said }) => ({
    onRequest: true,
    says({ ids, model }) {
      const broken = ids.filter((id) => model.requests.get(id)?.broken !== null);
      const among = broken.length > 0 ? broken : ids;
      const id = among[among.length - 1 - (back % among.length)];
      return id === undefined ? [] : [{ call: 'post-review', id, ...said }];
    },
  }));
