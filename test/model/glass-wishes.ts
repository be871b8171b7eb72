import fc from 'fast-check';
import { about, often, pick, type Wish } from './aim.ts';
import type { Who } from './firm.ts';
import { targetOf } from './foresee-glass.ts';
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
