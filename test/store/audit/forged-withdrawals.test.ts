import { describe } from 'vitest';
import type { Json } from '../../../bot/core/canonical-json.ts';
import { forgery } from './forgery.ts';

const { add, change, drop, each, find, impersonate, length, like, of, read, who } = forgery();
const NO_DIGEST = `sha256:${'0'.repeat(64)}`;
const PERSON = () => read(of('run', 'review.recorded'), 'actor');
const KEYTURN = { kind: 'keyturn' };

describe('a reject or a flag', () => {
  each([
    [
      'a reject that is left out',
      () => drop(of('rejected', 'request.rejected')),
      /request.rejected of request 6 must follow/,
    ],
    [
      'a rejection that nobody voted for',
      () => drop(of('rejected', 'review.recorded', 1)),
      /request.rejected of request 6: rejected, and nobody voted so/,
    ],
    [
      'a rejection by another than who voted',
      () => change(of('rejected', 'request.rejected'), 'data.person', who('dave')),
      /rejected, and nobody voted so/,
    ],
    [
      'a flag that is left out',
      () => drop(of('flagged', 'request.flagged')),
      /request.flagged of request 7 must follow/,
    ],
    [
      'a flag that nobody raised',
      () => drop(of('flagged', 'review.recorded')),
      /flagged, and nobody voted so/,
    ],
    [
      'a flag that a freeze is said to have raised',
      () => change(of('flagged', 'request.flagged'), 'data.because', 'requester_frozen'),
      /flagged by a freeze that there is not/,
    ],
    [
      'a flag without a freeze',
      () => drop(of('flagged', 'requester.frozen')),
      /requester.frozen of request 7 must follow/,
    ],
    [
      'a freeze without a flag',
      () => add(length(), like(of('flaggedLast', 'requester.frozen'), { ts: read(length() - 1, 'ts') })),
      /a freeze without a flag/,
    ],
    [
      'a freeze of another requester',
      () => change(of('flagged', 'requester.frozen'), 'data.requester', 'ci-1'),
      /somebody else than the requester of the flagged request/,
    ],
    [
      'a freeze that those who asked could lift',
      () => change(of('flagged', 'requester.frozen'), 'data.exclusions', []),
      /stood behind a flagged request and could lift the freeze/,
    ],
    [
      'a request that a freeze leaves as it is',
      () => drop(of('besides', 'request.flagged')) + 1,
      /the freeze of bot-1 must stop its other requests first/,
    ],
    [
      'an approval that a freeze leaves as it is',
      () => drop(of('released', 'request.revoked')),
      /the freeze of bot-1 must stop its other requests first/,
    ],
    [
      'a freeze that flags a request of another',
      () => {
        const swept = of('besides', 'request.flagged');
        return add(swept, like(swept, { subject: read(of('rejected', 'review.recorded'), 'subject') }));
      },
      /the freeze of bot-1 must stop its other requests first/,
    ],
    [
      'a freeze that expires what is not due',
      () => change(of('besides', 'request.flagged'), 'type', 'request.expired'),
      /request.expired of request 8: its actor is not keyturn/,
    ],
    [
      'a revocation because of a freeze that there is not',
      () => change(of('critical', 'request.revoked'), 'data.because', 'requester_frozen'),
      /revoked by a freeze that there is not/,
    ],
  ]);
});

describe('a clear', () => {
  const cleared = () => of('besides', 'request.cleared');
  each([
    ['one by somebody excluded', () => impersonate(cleared(), 'olga'), /cleared by psn_\w+, who is excluded/],
    [
      'one in the name of another',
      () => change(cleared(), 'data.person', who('dave')),
      /its actor is not who cleared/,
    ],
    ['one without a comment', () => change(cleared(), 'd', {}), /cleared without a comment/],
    [
      'one of what is not flagged',
      () => add(cleared() + 1, like(cleared())),
      /request.cleared of request 8, which is pending/,
    ],
    [
      'a freeze that is lifted by who stood behind the request',
      () => change(find('requester.cleared'), 'actor.person', who('olga')),
      /cleared by psn_\w+, who stood behind/,
    ],
    [
      'a freeze that keyturn lifts',
      () => change(find('requester.cleared'), 'actor', KEYTURN),
      /cleared by no person/,
    ],
    [
      'a freeze that is lifted without a comment',
      () => change(find('requester.cleared'), 'd', {}),
      /cleared without a comment/,
    ],
    [
      'a freeze that is lifted and was not there',
      () => change(find('requester.cleared'), 'data.requester', 'ci-1'),
      /ci-1 is cleared and was not frozen/,
    ],
    [
      'a freeze that the frozen person lifts',
      () => {
        const person = who('alice');
        const failed = of('human', 'execution.failed');
        const change = { 'data.requester': person, 'actor.person': person, ts: read(failed, 'ts') };
        return add(failed + 1, like(find('requester.cleared'), change));
      },
      /who stood behind/,
    ],
  ]);
});

describe('a revocation or a stop', () => {
  const revoked = () => of('critical', 'request.revoked');
  const stop = () => of('stopped', 'request.stop_requested');
  each([
    [
      'a revocation by somebody who may not',
      () => change(revoked(), 'actor.person', who('paul')),
      /stopped by somebody who may not/,
    ],
    ['a revocation without a comment', () => change(revoked(), 'd', {}), /stopped without a comment/],
    [
      'a revocation by a flag that nobody raised',
      () => change(revoked(), 'data.because', 'flag'),
      /revoked by a flag that nobody raised/,
    ],
    [
      'a revocation by a policy that a person made',
      () => change(revoked(), 'data.because', 'policy'),
      /its actor is not the policy in force/,
    ],
    [
      'a revocation of what waits',
      () =>
        add(
          of('critical', 'request.submitted') + 1,
          like(revoked(), { ts: read(of('critical', 'request.submitted'), 'ts') }),
        ),
      /request.revoked of request 5, which is pending/,
    ],
    [
      'a policy’s revocation that says somebody asked for it',
      () => change(of('weakened', 'request.revoked'), 'data.because', 'asked'),
      /does not say what made it so/,
    ],
    [
      'a policy’s revocation that says a flag made it',
      () => change(of('weakened', 'request.revoked'), 'data.because', 'flag'),
      /revoked by a flag that nobody raised/,
    ],
    [
      'a stop by somebody who may not',
      () => change(stop(), 'actor.person', who('paul')),
      /stopped by somebody who may not/,
    ],
    ['a stop without a comment', () => change(stop(), 'd', {}), /stopped without a comment/],
    [
      'a stop by a flag that nobody raised',
      () => change(stop(), 'data.because', 'flag'),
      /stopped by a flag that nobody raised/,
    ],
    [
      'a flag’s stop that says somebody asked for it',
      () => change(of('human', 'request.stop_requested'), 'data.because', 'asked'),
      /does not say what made it so/,
    ],
    [
      'a stop of what does not run',
      () =>
        add(
          of('stopped', 'grant.issued'),
          like(stop(), { ts: read(of('stopped', 'request.approved'), 'ts') }),
        ),
      /request.stop_requested of request 14, which is approved/,
    ],
  ]);
});

describe('a policy that loosens an open request', () => {
  const second = () => of('stricter', 'request.reevaluated', 1);
  const put = (path: string, value: Json) => () => change(second(), `data.demands.${path}`, value);
  const seats = () => read(second(), 'data.demands.seats') as Json[];
  each([
    ['a seat less', () => change(second(), 'data.demands.seats', seats().slice(0, 2)), /it drops a seat/],
    ['a seat from other groups', put('seats.0.from', ['leads']), /draws a seat from other groups/],
    ['a seat from more groups', put('seats.0.from', ['dba', 'leads']), /draws a seat from other groups/],
    ['fewer chairs', put('seats.0.count', 0), /lowers the count/],
    [
      'one more candidate',
      () =>
        change(second(), 'data.demands.seats.0.candidates', [
          ...(seats()[0] as { candidates: Json[] }).candidates,
          who('paul'),
        ]),
      /lets more people into a seat/,
    ],
    [
      'a new seat that nobody must fill',
      () => change(second(), 'data.demands.seats', [...seats(), { from: ['x'], count: 0, candidates: [] }]),
      /adds a seat that nobody must fill/,
    ],
    ['an exclusion less', put('exclusions', []), /drops an exclusion/],
    ['a later expiry', put('expires_at', '2026-11-22T12:21:53.000Z'), /expires later/],
    ['a longer time to use it', put('usable_for_ms', 900_001), /raises usable_for_ms/],
    ['a longer time for its outcome', put('outcome_within_ms', 3_600_001), /raises outcome_within_ms/],
    ['a rule less', put('rules', []), /drops one of its rules/],
    ['a plan less', put('plans', []), /drops one of its plans/],
    ['a lower risk', put('risk', 'low'), /lowers the risk/],
    ['a comment less', put('comment.reject', false), /asks for fewer comments/],
    [
      'a policy that it is not about',
      () => change(second(), 'actor.version', NO_DIGEST),
      /its actor is not the policy it names/,
    ],
    [
      'a seat whose people could settle what already runs',
      () => {
        const grant = of('stricter', 'grant.issued');
        const more = [...seats(), { from: ['x'], count: 1, candidates: [who('paul')] }];
        return add(grant + 1, like(second(), { ts: read(grant, 'ts'), 'data.demands.seats': more }));
      },
      /lets more people say how it ended/,
    ],
    [
      'a request that is over',
      () => {
        const end = of('run', 'execution.succeeded');
        return add(end + 1, like(second(), { subject: read(end, 'subject'), ts: read(end, 'ts') }));
      },
      /request.reevaluated of request 1, which is over/,
    ],
    [
      'somebody who denies in its place',
      () => change(of('refused', 'request.denied'), 'actor', PERSON()),
      /not the policy in force/,
    ],
  ]);
});
