import type { Look } from '../app/look-at-request.ts';
import type { Verb } from '../views/button.ts';
import { missingSeats } from '../views/facts.ts';
import { phraseOf } from '../views/title.ts';
import { moment, said, type Words } from '../views/words.ts';

const DID: Partial<Readonly<Record<Verb, string>>> = {
  approve: 'You approved',
  reject: 'You rejected',
  flag: 'You flagged',
  clear: 'You cleared',
  revoke: 'You revoked the approval of',
  stop: 'You asked to stop',
  settle: 'You settled',
  cancel: 'You cancelled',
  'break-glass': 'You broke the glass for',
  'post-review': 'You reviewed the break-glass of',
};

/** What the one who did it is told: that it counts, and what is next. */
export function doneLines(verb: Verb, look: Look): readonly Words[] {
  const { request } = look;
  const did: Words = [`${DID[verb] ?? 'Done:'} request ${request.number}: `, ...phraseOf(request), '.'];
  const next = nextOf(verb, look);
  return next === null ? [did] : [did, next];
}

function nextOf(verb: Verb, look: Look): Words | null {
  const { request, names } = look;
  const requester = said(names.requester(request));
  switch (verb) {
    case 'approve':
      if (request.state === 'pending') return [`Still missing: ${missingSeats(look)}.`];
      return request.usableUntil === null
        ? null
        : ['Everybody needed has approved. ', requester, ` may run it until ${moment(request.usableUntil)}.`];
    case 'break-glass': {
      const { brokenGlass, usableUntil } = request;
      if (brokenGlass === null || usableUntil === null) return null;
      const review = `Somebody of ${brokenGlass.reviewBy.join(' or ')} must review this before ${moment(brokenGlass.dueAt)}.`;
      return ['It is announced. ', requester, ` may run it until ${moment(usableUntil)}. ${review}`];
    }
    case 'flag':
      return [requester, ' is frozen, and everything else it had open is stopped.'];
    case 'clear':
      return ['People can vote again. Votes from before the flag do not count.'];
    case 'stop':
      return ['It ends when whatever runs it says so.'];
    default:
      return null;
  }
}
