import fc from 'fast-check';
import { about, pick } from './aim.ts';
import { type Firm, isClient, isIn, PEOPLE, type Person } from './firm.ts';
import { type Held, seatsOpenTo } from './held.ts';
import type { Said } from './said.ts';

/** The next thing that gets a request further, from somebody who may. */
export const onwards = about(
  ['pending', 'approved', 'executing', 'unknown', 'flagged'],
  fc.record({ pick, turn: fc.nat({ max: 4 }), isLiftedFirst: fc.boolean() }),
  ({ turn, isLiftedFirst }, id, world) => {
    const { model } = world;
    const request = model.requests.get(id);
    const state = model.stateOf(id);
    if (request === undefined || state === null) return [];
    const { asker, digest } = request;
    const fit = PEOPLE.filter((who) =>
      state === 'flagged' ? mayClear(model.firm, request, who) : maySit(model.firm, request, who),
    );
    const who = fit[turn % Math.max(fit.length, 1)] ?? 'eve';
    const comment = 'because';
    if (state === 'approved') return [{ call: 'consume', who: asker, id, digest, key: null }];
    if (state === 'unknown') return [{ call: 'settle', who, id, status: 'failed', comment }];
    if (state === 'executing')
      return [
        {
          call: 'outcome',
          who: asker,
          id,
          nonce: world.model.nonceOf(id),
          status: 'succeeded',
          exitCode: null,
        },
      ];
    if (state === 'flagged') {
      const lifted: readonly Said[] = isClient(asker)
        ? [{ call: 'clear requester', who, requester: asker, comment }]
        : [];
      return [...(isLiftedFirst ? lifted : []), { call: 'clear', who, id, comment }];
    }
    return [
      { call: 'view', who, id },
      { call: 'review', who, id, verdict: 'approve', digest, comment: null, via: 'room' },
    ];
  },
);

/** Whether there is a seat for them that they have not taken yet. */
function maySit(firm: Firm, request: Held, who: Person): boolean {
  const votes = request.votes.filter((vote) => vote.who === who && !vote.void);
  return seatsOpenTo(firm, request, who) > 0 && votes.length === 0;
}

function mayClear(firm: Firm, { ruling }: Held, who: Person): boolean {
  return isIn(firm, who, firm.clearFrom) && !ruling.excluded.includes(who);
}
