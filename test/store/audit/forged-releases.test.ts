import { describe } from 'vitest';
import { forgery } from './forgery.ts';

const { add, change, drop, each, find, impersonate, length, like, of, read, who } = forgery();
const NO_DIGEST = `sha256:${'0'.repeat(64)}`;
const CLIENT = () => read(of('settled', 'request.submitted'), 'actor');
const PERSON = () => read(of('run', 'review.recorded'), 'actor');
const KEYTURN = { kind: 'keyturn' };

describe('a release', () => {
  const grant = () => of('run', 'grant.issued');
  each([
    [
      'a second grant',
      () => add(grant() + 1, like(grant())),
      /grant.issued of request 1, which is executing/,
    ],
    [
      'a grant after the end',
      () => add(grant() + 2, like(grant(), { ts: read(grant() + 1, 'ts') })),
      /request 1, which is over/,
    ],
    [
      'a grant without an approval',
      () =>
        add(
          of('run', 'review.recorded') + 1,
          like(grant(), { ts: read(of('run', 'review.recorded'), 'ts') }),
        ),
      /grant.issued of request 1, which is pending/,
    ],
    [
      'a grant for another client',
      () => change(grant(), 'actor', CLIENT()),
      /for somebody else than the requester/,
    ],
    [
      'a grant for a person in place of a client',
      () => change(grant(), 'actor', PERSON()),
      /for somebody else than the requester/,
    ],
    ['a grant for another audience', () => change(grant(), 'data.audience', 'ci-1'), /another audience/],
    [
      'a grant at the moment that its approval ends',
      () => {
        const lapsed = of('allowed', 'request.lapsed');
        const ts = read(of('allowed', 'request.approved'), 'data.usable_until');
        return add(lapsed, like(of('settled', 'grant.issued'), { subject: read(lapsed, 'subject'), ts }));
      },
      /grant.issued of request 3 at or after its deadline/,
    ],
    [
      'a grant beyond the shorter time of a later policy',
      () => {
        const late = drop(of('stricter', 'grant.issued') + 1, length());
        return change(late - 1, 'ts', '2026-11-22T11:57:01.000Z');
      },
      /grant.issued of request 15 at or after its deadline/,
    ],
    [
      'an outcome without a grant',
      () => drop(grant()),
      /execution.succeeded of request 1, which is approved/,
    ],
    [
      'an outcome from another client',
      () => change(grant() + 1, 'actor', CLIENT()),
      /somebody else than the requester/,
    ],
    [
      'an outcome that a person reports',
      () => change(of('besides', 'execution.failed'), 'actor', PERSON()),
      /somebody else/,
    ],
    [
      'a late report from another client',
      () => change(of('settled', 'execution.late_report'), 'actor', read(of('run', 'grant.issued'), 'actor')),
      /somebody else than the requester/,
    ],
    [
      'a late report while it runs',
      () =>
        add(
          of('settled', 'execution.unknown'),
          like(of('settled', 'execution.late_report'), { ts: read(of('settled', 'grant.issued'), 'ts') }),
        ),
      /a late report while its caller still runs it/,
    ],
    [
      'a request that is given up before its time',
      () => change(of('settled', 'execution.unknown'), 'ts', '2026-11-22T10:59:00.000Z'),
      /unknown before the time/,
    ],
    [
      'a person who gives it up',
      () => change(of('settled', 'execution.unknown'), 'actor', PERSON()),
      /not keyturn/,
    ],
    [
      'a settlement by an excluded person',
      () => impersonate(of('settled', 'execution.settled'), 'olga'),
      /settled by psn_\w+, who is excluded/,
    ],
    [
      'a settlement by somebody without a seat',
      () => impersonate(of('settled', 'execution.settled'), 'dave'),
      /who can fill no seat/,
    ],
    [
      'a settlement in the name of another',
      () => change(of('settled', 'execution.settled'), 'data.person', who('bob')),
      /not who settled/,
    ],
    [
      'a settlement without a comment',
      () => change(of('settled', 'execution.settled'), 'd', {}),
      /without a comment/,
    ],
    [
      'a settlement of what still runs',
      () => drop(of('settled', 'execution.unknown'), 2),
      /execution.settled of request 2, which is executing/,
    ],
  ]);
});

describe('time', () => {
  each([
    [
      'an expiry before its time',
      () => change(of('flagged', 'request.expired'), 'ts', '2026-11-22T11:47:20.999Z'),
      /before its deadline/,
    ],
    [
      'a person who lets it expire',
      () => change(of('flagged', 'request.expired'), 'actor', PERSON()),
      /not keyturn/,
    ],
    [
      'a lapse before its time',
      () => change(of('allowed', 'request.lapsed'), 'ts', '2026-11-22T11:16:11.999Z'),
      /before its deadline/,
    ],
    [
      'a person who lets it lapse',
      () => change(of('allowed', 'request.lapsed'), 'actor', PERSON()),
      /not keyturn/,
    ],
    [
      'a request that goes on after it expired',
      () =>
        add(
          of('flagged', 'request.expired') + 1,
          like(of('besides', 'request.cleared'), {
            subject: read(of('flagged', 'request.expired'), 'subject'),
            ts: read(of('flagged', 'request.expired'), 'ts'),
          }),
        ),
      /request.cleared of request 7, which is over/,
    ],
    [
      'a clear of what should have expired',
      () =>
        add(
          of('flagged', 'request.expired'),
          like(of('besides', 'request.cleared'), {
            subject: read(of('flagged', 'request.expired'), 'subject'),
            ts: read(of('flagged', 'request.expired'), 'ts'),
          }),
        ),
      /request.cleared of request 7 at or after its deadline/,
    ],
    [
      'keyturn in place of the policy',
      () => change(of('refused', 'request.denied'), 'actor', KEYTURN),
      /not the policy in force/,
    ],
    [
      'a policy of another version',
      () => change(of('stricter', 'request.reevaluated'), 'actor.version', NO_DIGEST),
      /not the policy it names/,
    ],
    [
      'a policy in place of which a person decides',
      () => change(of('stricter', 'request.reevaluated'), 'actor', PERSON()),
      /not the policy it names/,
    ],
    [
      'a freeze that nobody lifts',
      () => drop(find('requester.cleared')) && of('besides', 'grant.issued'),
      /who is frozen/,
    ],
  ]);
});
