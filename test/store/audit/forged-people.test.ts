import { describe, expect, it } from 'vitest';
import { type Forged, verifyForged } from './forge.ts';
import { forgery } from './forgery.ts';
import { liveAPeopleDay } from './people-day.ts';

const { add, at, change, drop, each, find, length, like, of, read, sound, who } = forgery(liveAPeopleDay);
const PERSON = () => read(of('ended', 'review.recorded'), 'actor');
/** The entries before the first link name everybody once. */
const EVERYBODY = 8;
const linked = (nth = 0) => find('identity.linked', EVERYBODY + nth);
const unlinked = () => find('identity.unlinked');

it('the day itself is sound', async () => {
  expect((await verifyForged(sound() as Forged[])).problem).toBeNull();
});

describe('an account that is linked or taken away', () => {
  each([
    ['a link that a person made', () => change(linked(), 'actor', PERSON()), /its actor is not keyturn/],
    [
      'a link that is left out',
      () => drop(linked()) + 1,
      /had 0 linked accounts before it and has 2 after it/,
    ],
    [
      'a link of another person',
      () => change(linked(1), 'data.person', who('bob')),
      /had 0 linked accounts before it and has 2 after it/,
    ],
    [
      'a link told twice',
      () => add(linked() + 1, like(linked())),
      /had 1 linked accounts before it and has 1/,
    ],
    [
      'a link that is none',
      () => change(linked(), 'data.links', 0),
      /had 0 linked accounts before it and has 0/,
    ],
    [
      'an account taken away by a person',
      () => change(unlinked(), 'actor', PERSON()),
      /its actor is not keyturn/,
    ],
    [
      'an account taken away from who has none',
      () => change(unlinked(), 'data.person', who('carol')),
      /had 0 linked accounts before it and has 1 after it/,
    ],
    [
      'more accounts after one was taken away',
      () => change(unlinked(), 'data.links', 3),
      /had 2 linked accounts before it and has 3 after it/,
    ],
  ]);
});

describe('somebody behind a request who turns out to be a person', () => {
  const found = (name: string, nth = 0) => of(name, 'request.identified', nth);
  each([
    ['one that a person says', () => change(found('kept'), 'actor', PERSON()), /its actor is not keyturn/],
    [
      'one of whom it is not said which account it was',
      () => change(found('kept'), 'd', {}),
      /does not say which account it was/,
    ],
    [
      'one that leaves as many unknown as before',
      () => change(found('waiting'), 'data.unresolved', 2),
      /2 were unknown before it and 2 are after it/,
    ],
    [
      'one where nobody was unknown',
      () => change(of('kept', 'request.submitted'), 'data.unresolved', 0) && found('kept'),
      /0 were unknown before it and 0 are after it/,
    ],
    [
      'one who is told twice',
      () => add(found('waiting') + 1, like(found('waiting'))),
      /1 were unknown before it and 1 are after it/,
    ],
    [
      'one of a request that is over',
      () =>
        add(
          found('kept') + 1,
          like(found('kept'), { subject: read(of('ended', 'execution.succeeded'), 'subject') }),
        ),
      /request.identified of request 1, which is over/,
    ],
    [
      'an approval that outlives the vote of who wrote it',
      () => drop(of('lost', 'request.revoked')),
      /request.revoked of request 3 must follow/,
    ],
    [
      'a revocation because of an identity that nobody found',
      () => drop(found('lost')),
      /revoked because of an identity that nobody found/,
    ],
    [
      'an approval of what somebody unknown stands behind, where much is at stake',
      () => {
        change(of('kept', 'request.submitted'), 'data.demands.risk', 'high');
        for (const index of ofRequest('kept')) change(index, 'subject.risk', 'high');
        return of('kept', 'request.approved');
      },
      /1 behind it are linked to nobody, and its risk is high/,
    ],
    [
      'a vote by who was found to have written it',
      () => {
        const index = found('waiting', 1) + 1;
        const vote = like(of('lost', 'review.recorded'), {
          ts: read(index - 1, 'ts'),
          subject: read(index - 1, 'subject'),
          'data.action_digest': read(of('waiting', 'request.submitted'), 'data.action_digest'),
        });
        return add(index, vote);
      },
      /excluded from this request/,
    ],
  ]);
});

function ofRequest(name: string): number[] {
  const number = read(of(name, 'request.submitted'), 'data.number');
  return Array.from({ length: length() }, (_, index) => index).filter(
    (index) => (at(index)['subject'] as Forged | undefined)?.['number'] === number,
  );
}

describe('a payload that goes', () => {
  const erased = (name = 'ended') => of(name, 'payload.erased');
  each([
    ['one that a person erased', () => change(erased(), 'actor', PERSON()), /its actor is not keyturn/],
    [
      'one of a request that is open',
      () => {
        const end = length();
        const subject = read(of('open', 'request.submitted'), 'subject');
        return add(end, like(erased(), { ts: read(end - 1, 'ts'), subject }));
      },
      /payload.erased of request 5, which is pending/,
    ],
    [
      'one of no request',
      () => {
        const index = erased();
        delete at(index)['subject'];
        return index;
      },
      /does not say of which request/,
    ],
    [
      'one of a request that nobody submitted',
      () => change(erased(), 'subject.number', 99),
      /payload.erased of request 99, which nobody submitted/,
    ],
  ]);
});
