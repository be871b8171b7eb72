import { describe, expect, it } from 'vitest';
import type { Json } from '../../../bot/core/canonical-json.ts';
import { verifyForged } from './forge.ts';
import { forgery } from './forgery.ts';

const { add, change, drop, each, find, impersonate, length, like, of, read, sound, who } = forgery();
const NO_DIGEST = `sha256:${'0'.repeat(64)}`;

it('finds nothing wrong with the day that the forgers start from', async () => {
  expect((await verifyForged(sound())).problem).toBeNull();
});

describe('an approval', () => {
  each([
    [
      'one that a vote is missing for',
      () => drop(of('run', 'review.recorded')) && change(of('run', 'review.recorded'), 'data.filled', 2),
      /it says 2 of 2 chairs are filled; the votes fill 1 of 2/,
    ],
    [
      'one without any vote',
      () => drop(of('run', 'payload.viewed'), 4) && of('run', 'request.approved'),
      /approved without its quorum: the votes fill 0 of 2/,
    ],
    [
      'one after a vote that says itself that chairs are empty',
      () => change(of('run', 'review.recorded', 1), 'data.filled', 1) + 1,
      /neither a vote nor a rule made it so/,
    ],
    [
      'one person in two seats',
      // Carol may sit for either group, and here she does so for both.
      () =>
        change(of('stricter', 'request.approved'), 'data.filled_by', [
          [who('carol')],
          [who('carol')],
          [who('frank')],
        ]),
      /do not fill the seats, each of them once/,
    ],
    [
      'somebody in a seat who never voted',
      () => change(of('run', 'request.approved'), 'data.filled_by', [[who('carol')], [who('dave')]]),
      /do not fill the seats/,
    ],
    [
      'people in each other’s seats',
      () => change(of('run', 'request.approved'), 'data.filled_by', [[who('dave')], [who('bob')]]),
      /do not fill the seats/,
    ],
    [
      'more people in a seat than it has chairs, and fewer in another',
      () =>
        change(of('stricter', 'request.approved'), 'data.filled_by', [
          [who('alice'), who('carol')],
          [],
          [who('frank')],
        ]),
      /do not fill the seats/,
    ],
    [
      'fewer seats than the request has',
      () => change(of('run', 'request.approved'), 'data.filled_by', [[who('bob')]]),
      /do not fill the seats/,
    ],
    [
      'a time to use it that the plan does not give',
      () => change(of('run', 'request.approved'), 'data.usable_until', '2026-11-23T10:00:03.000Z'),
      /another time than the plan says/,
    ],
    [
      'one by somebody else than who voted last',
      () => change(of('run', 'request.approved'), 'actor.person', who('carol')),
      /request.approved of request 1 must follow/,
    ],
    [
      'one that is later than the vote',
      () => change(of('run', 'request.approved'), 'ts', read(of('run', 'execution.succeeded'), 'ts')),
      /request.approved of request 1 must follow/,
    ],
    [
      'one that is left out',
      () => drop(of('run', 'request.approved')),
      /request.approved of request 1 must follow/,
    ],
    [
      'a rule’s approval that names people',
      () => change(of('allowed', 'request.approved'), 'data.filled_by', [[who('bob')]]),
      /a rule approved it, and it names people/,
    ],
    [
      'a rule’s approval that a person gives',
      () => change(of('allowed', 'request.approved'), 'actor', read(of('run', 'request.approved'), 'actor')),
      /request.approved of request 3 must follow/,
    ],
    [
      'a rule’s approval by another policy',
      () => change(of('allowed', 'request.approved'), 'actor.version', NO_DIGEST),
      /request.approved of request 3 must follow/,
    ],
    [
      'one on the votes from before a flag',
      () => drop(of('besides', 'review.recorded', 1) - 1, 2) && of('besides', 'review.recorded', 1),
      /it says 2 of 2 chairs are filled; the votes fill 1 of 2/,
    ],
  ]);
});

describe('a vote', () => {
  each([
    [
      'a second approve by one person that counts as another',
      () => impersonate(of('settled', 'review.recorded', 1), 'alice'),
      /a second approve by/,
    ],
    [
      'one by the owner of the client that asked',
      () => impersonate(of('run', 'review.recorded'), 'olga'),
      /who is excluded/,
    ],
    [
      'one by the person it was asked for',
      () => impersonate(of('run', 'review.recorded'), 'alice'),
      /who is excluded/,
    ],
    [
      'one by the person who asked',
      () => impersonate(of('human', 'review.recorded'), 'alice'),
      /who is excluded/,
    ],
    [
      'one of somebody who is no candidate',
      () => impersonate(of('run', 'review.recorded'), 'paul'),
      /a vote for seat 0, which psn_\w+ is no candidate for/,
    ],
    [
      'one for a seat that there is not',
      () => change(of('run', 'review.recorded'), 'data.seats', [0, 7]),
      /a vote for seat 7/,
    ],
    [
      'one that lists no seat',
      () => change(of('run', 'review.recorded'), 'data.seats', []),
      /can fill no seat/,
    ],
    [
      'one on another digest',
      () => change(of('run', 'review.recorded'), 'data.action_digest', NO_DIGEST),
      /a vote on another action digest/,
    ],
    [
      'one cast by a machine',
      () => change(of('run', 'review.recorded'), 'actor', read(of('run', 'request.submitted'), 'actor')),
      /its actor is not who votes/,
    ],
    [
      'one cast in the name of another',
      () => change(of('run', 'review.recorded'), 'actor.person', who('carol')),
      /its actor is not who votes/,
    ],
    [
      'one that came in another way',
      () => change(of('run', 'review.recorded'), 'data.via', 'room'),
      /its actor is not who votes/,
    ],
    [
      'one that tells of more chairs than there are',
      () => change(of('run', 'review.recorded'), 'data.of', 3),
      /it says 1 of 3 chairs are filled; the votes fill 1 of 2/,
    ],
    [
      'an approve without the payload having been shown',
      () => drop(of('run', 'payload.viewed')),
      /an approve by psn_\w+, who was not shown the view/,
    ],
    [
      'a payload fetched of which another view was shown',
      () => change(of('run', 'payload.viewed'), 'data.view_digest', NO_DIGEST),
      /the view of another digest/,
    ],
    [
      'a payload fetched in the name of another',
      () => change(of('run', 'payload.viewed'), 'data.person', who('carol')),
      /its actor is not who viewed/,
    ],
    [
      'an approve by API of a critical request',
      () => {
        const vote = of('critical', 'review.recorded');
        change(vote, 'data.via', 'api');
        return change(vote, 'actor.via', 'api');
      },
      /too weak a way for this request/,
    ],
    [
      'an approve of a critical request in a session begun with a token',
      () => change(of('critical', 'review.recorded'), 'actor.verified_by', 'token'),
      /too weak a way for this request/,
    ],
    [
      'one at the very moment of expiry',
      () => {
        const vote = of('open', 'review.recorded');
        drop(vote + 1, length());
        return change(vote, 'ts', read(of('open', 'request.submitted'), 'data.demands.expires_at'));
      },
      /review.recorded of request 19 at or after its deadline/,
    ],
    [
      'an approve of a request that is flagged',
      () => {
        // Carol's vote for seat 0 in another request: here that seat is for frank.
        const subject = read(of('flaggedLast', 'review.recorded'), 'subject');
        const late = like(of('stricter', 'review.recorded', 1), {
          subject,
          ts: read(length() - 1, 'ts'),
          'data.seats': [0],
        });
        const { action_digest: digest } = subject as { action_digest: Json };
        return add(length(), { ...late, data: { ...(late['data'] as object), action_digest: digest } });
      },
      /the verdict approve on a request that is flagged/,
    ],
    [
      'a flag of a request that is flagged',
      () => {
        const again = like(of('flaggedLast', 'review.recorded'), { ts: read(length() - 1, 'ts') });
        return add(length(), again);
      },
      /the verdict flag on a request that is flagged/,
    ],
    [
      'a reject of a request that is approved',
      () => {
        const vote = like(of('run', 'review.recorded', 1), {
          'data.verdict': 'reject',
          d: { comment: `${'A'.repeat(43)}=` },
        });
        return add(of('run', 'grant.issued'), vote);
      },
      /the verdict reject on a request that is approved/,
    ],
    [
      'a reject without the comment that the plan demands',
      () => change(of('rejected', 'review.recorded', 1), 'd', {}),
      /demands a comment with a reject/,
    ],
  ]);
});

describe('a recount after the policy changed', () => {
  each([
    [
      'a vote for a seat that its person is no candidate for',
      () =>
        change(of('stricter', 'request.approved'), 'data.filled_by', [
          [who('alice')],
          [who('frank')],
          [who('carol')],
        ]),
      /do not fill the seats/,
    ],
    [
      'a vote of somebody who is excluded since',
      () => {
        const path = 'data.demands.exclusions';
        const reevaluated = of('stricter', 'request.reevaluated');
        const held = read(reevaluated, path) as Json[];
        change(reevaluated, path, [...held, { person: who('carol'), because: 'excluded by rule late' }]);
        return of('stricter', 'review.recorded', 1);
      },
      /it says 2 of 3 chairs are filled; the votes fill 1 of 3/,
    ],
    [
      'an approval that stands although its votes no longer fill the seats',
      () => drop(of('weakened', 'request.revoked')),
      /request.revoked of request 16 must follow/,
    ],
    [
      'a rule’s approval that stands although the policy now demands people',
      () => drop(of('ready', 'request.revoked')),
      /request.revoked of request 18 must follow/,
    ],
    [
      'a policy that comes after one that was never in force',
      () => change(find('policy.loaded', 1), 'data.previous', NO_DIGEST),
      /does not follow the policy that was in force/,
    ],
    [
      'a policy that a person put in force',
      () => change(find('policy.loaded', 1), 'actor', read(of('run', 'review.recorded'), 'actor')),
      /its actor is not keyturn/,
    ],
  ]);
});
